/**
 * The one thing UDP cannot say to an access point: drop what you hold for this label (POST /tag_cmd, cmd=clear).
 * Without it two quick price changes are both drawn, the older first.
 */

/** `accessPoint` is an address, or address:port. Rejects when it does not answer 200 within `timeoutMs`. */
export async function clearQueueOverHttp(accessPoint: string, mac: string, timeoutMs = 5_000): Promise<void> {
	const answer = await fetch(`http://${accessPoint}/tag_cmd`, {
		method: "POST",
		body: new URLSearchParams({ mac, cmd: "clear" }),
		signal: AbortSignal.timeout(timeoutMs),
	});
	await answer.body?.cancel();
	if (!answer.ok) throw new Error(`access point ${accessPoint} answered ${answer.status} to a clear of ${mac}`);
}
