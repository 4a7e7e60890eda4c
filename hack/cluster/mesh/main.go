// Command mesh stands in for a service mesh that redirects traffic with a CNI plugin, as Istio, Linkerd and Kuma can.
//
// Called by containerd as a chained CNI plugin, it redirects the TCP connections that a pod opens to port 15001 of the
// pod, except those of user 1337. It does so only for pods whose name begins with mesh-. Called without CNI_COMMAND, it
// is the sidecar: a proxy on port 15001 that connects to where the connection was going. Until that sidecar runs,
// nothing in the pod reaches the network.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

const (
	podPrefix = "mesh-"
	proxyPort = 15001
	proxyUser = 1337
)

func main() {
	var err error
	if command := os.Getenv("CNI_COMMAND"); command != "" {
		err = plugin(command)
	} else {
		err = proxy()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "mesh:", err)
		os.Exit(1)
	}
}

// plugin speaks the CNI protocol (https://www.cni.dev/docs/spec/): a config on stdin, a result on stdout.
func plugin(command string) error {
	if command == "VERSION" {
		fmt.Println(`{"cniVersion": "1.0.0", "supportedVersions": ["0.4.0", "1.0.0"]}`)
		return nil
	}
	var config struct {
		PrevResult json.RawMessage `json:"prevResult"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&config); err != nil {
		return err
	}
	if command != "ADD" {
		return nil
	}
	if strings.Contains(";"+os.Getenv("CNI_ARGS"), ";K8S_POD_NAME="+podPrefix) {
		if err := redirect(os.Getenv("CNI_NETNS")); err != nil {
			return err
		}
	}
	_, err := os.Stdout.Write(config.PrevResult)
	return err
}

func redirect(netns string) error {
	nft := exec.Command("nsenter", "--net="+netns, "nft", "-f", "-")
	nft.Stdin = strings.NewReader(fmt.Sprintf(`
		table ip mesh {
			chain output {
				type nat hook output priority -100;
				meta skuid %d return
				oifname "lo" return
				meta l4proto tcp redirect to :%d
			}
		}`, proxyUser, proxyPort))
	out, err := nft.CombinedOutput()
	if err != nil {
		return fmt.Errorf("nft: %w: %s", err, out)
	}
	return nil
}

func proxy() error {
	listener, err := net.Listen("tcp4", fmt.Sprintf(":%d", proxyPort))
	if err != nil {
		return err
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			return err
		}
		go forward(conn.(*net.TCPConn))
	}
}

func forward(from *net.TCPConn) {
	defer from.Close()
	address, err := originalDestination(from)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mesh:", err)
		return
	}
	to, err := net.Dial("tcp4", address)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mesh:", err)
		return
	}
	defer to.Close()
	go func() {
		io.Copy(to, from)
		to.(*net.TCPConn).CloseWrite()
	}()
	io.Copy(from, to)
}

// SO_ORIGINAL_DST of linux/netfilter_ipv4.h: where a redirected connection was going.
const soOriginalDst = 80

func originalDestination(conn *net.TCPConn) (string, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return "", err
	}
	var address string
	var failed error
	err = raw.Control(func(fd uintptr) {
		// The kernel writes a sockaddr_in: family, port and IPv4 address. IPv6Mreq is a buffer that is large enough.
		buffer, err := syscall.GetsockoptIPv6Mreq(int(fd), syscall.IPPROTO_IP, soOriginalDst)
		if err != nil {
			failed = err
			return
		}
		bytes := buffer.Multiaddr
		address = fmt.Sprintf("%s:%d", net.IP(bytes[4:8]), int(bytes[2])<<8|int(bytes[3]))
	})
	if err != nil {
		return "", err
	}
	return address, failed
}
