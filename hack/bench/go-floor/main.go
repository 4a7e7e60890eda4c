// A webhook in Go that does the least: it decodes the AdmissionReview and the typed pod, as a Go webhook does, and always
// sends the same patch. Usage: go-floor PORT CERT_FILE KEY_FILE PATCH_FILE; the patch is in base64.
package main

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"os"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
)

func main() {
	port, cert, key, patchFile := os.Args[1], os.Args[2], os.Args[3], os.Args[4]
	text, err := os.ReadFile(patchFile)
	if err != nil {
		log.Fatal(err)
	}
	patch, err := base64.StdEncoding.DecodeString(string(text))
	if err != nil {
		log.Fatal(err)
	}
	http.HandleFunc("/mutate", func(w http.ResponseWriter, r *http.Request) {
		if err := mutate(w, r, patch); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	log.Fatal(http.ListenAndServeTLS("127.0.0.1:"+port, cert, key, nil))
}

func mutate(w http.ResponseWriter, r *http.Request, patch []byte) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var review admissionv1.AdmissionReview
	if err := json.Unmarshal(body, &review); err != nil {
		return err
	}
	var pod corev1.Pod
	// Some of the captured reviews are malformed on purpose, or of other kinds. They are answered too.
	_ = json.Unmarshal(review.Request.Object.Raw, &pod)
	kind := admissionv1.PatchTypeJSONPatch
	review.Response = &admissionv1.AdmissionResponse{UID: review.Request.UID, Allowed: true, Patch: patch, PatchType: &kind}
	review.Request = nil
	answer, err := json.Marshal(&review)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	_, err = w.Write(answer)
	return err
}
