import { Trouble, troubleOf } from '../trouble.ts';

/** What helps, where the answer of the API server alone does not tell. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'the token of the ServiceAccount is not accepted; it is read again for the next request',
  403: 'the Role and ClusterRole that `podherald manifests` renders allow it',
  404: 'the namespace does not exist; --namespace names that of podherald',
};

/** Runs it, and adds to a refusal what to do about it. */
export async function advised<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    const trouble = troubleOf(error);
    const { status, message } = trouble;
    const advice = status === undefined ? undefined : ADVICE[status];
    if (status === undefined || advice === undefined) throw trouble;
    throw new Trouble(`${message} (${advice})`, { status, cause: trouble });
  }
}
