/**
 * The command that UDP lacks: an access point drops what it holds for a label (POST /tag_cmd, cmd=clear). Without it two quick price
 * changes are both drawn, the older first.
 */

/** The access point answered and did not do it. */
export class AccessPointRefused extends Error {
	override name = "AccessPointRefused";
	readonly status: number;

	constructor(accessPoint: string, status: number) {
		super(`access point ${accessPoint} answered ${status}`);
		this.status = status;
	}
}

/** `accessPoint` is an address, or address:port. Rejects when it does not answer 200 within `timeoutMs`. */
export async function clearQueueOverHttp(accessPoint: string, mac: string, timeoutMs = 5_000): Promise<void> {
	const answer = await fetch(`http://${accessPoint}/tag_cmd`, {
		method: "POST",
		body: new URLSearchParams({ mac, cmd: "clear" }),
		// An access point has no reason to send us elsewhere.
		redirect: "error",
		signal: AbortSignal.timeout(timeoutMs),
	});
	await answer.body?.cancel();
	if (!answer.ok) throw new AccessPointRefused(accessPoint, answer.status);
}
