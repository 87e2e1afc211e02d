import { createHmac } from "node:crypto";
import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { type Allowed, guardedLookup, refusedUrl } from "./addresses.ts";
import type { CloudEvent } from "./feed.ts";

export interface Called {
	/** `gone`: the receiver wants no more calls (HTTP 410). */
	outcome: "taken" | "failed" | "gone";
	/** Why the call failed. */
	why?: string;
}

const answerWithinMs = 10_000;

/**
 * Signs as Standard Webhooks does: HMAC-SHA256 over "id.timestamp.body" with the secret's bytes. The id names the batch and stays
 * the same when the batch is sent again.
 */
function signatureHeaders(secret: string, id: string, body: string, nowMs: number): Record<string, string> {
	const timestamp = String(Math.floor(nowMs / 1_000));
	const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
	const signature = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64");
	return { "webhook-id": id, "webhook-timestamp": timestamp, "webhook-signature": `v1,${signature}` };
}

/** Sends one batch. A redirect counts as a failure: it would lead to an address that nobody configured. */
export function call(
	{ url, secret, allowed }: { url: string; secret: string; allowed: Allowed },
	batch: { id: string; events: readonly CloudEvent[] },
	nowMs: number,
): Promise<Called> {
	const refused = refusedUrl(url, allowed);
	if (refused) return Promise.resolve({ outcome: "failed", why: `${url} ${refused}` });
	const body = JSON.stringify(batch.events);
	const headers = {
		"content-type": "application/cloudevents-batch+json; charset=utf-8",
		"content-length": String(Buffer.byteLength(body)),
		"user-agent": "gondola",
		...signatureHeaders(secret, batch.id, body, nowMs),
	};
	const request = new URL(url).protocol === "https:" ? tlsRequest : plainRequest;
	return new Promise((resolve) => {
		const failed = (why: string): void => resolve({ outcome: "failed", why: why.slice(0, 200) });
		const calling = request(url, { method: "POST", headers, agent: false, lookup: guardedLookup(allowed) }, (answer) => {
			const { statusCode: status = 0 } = answer;
			answer.resume();
			if (status >= 200 && status < 300) resolve({ outcome: "taken" });
			else if (status === 410) resolve({ outcome: "gone" });
			else failed(`answered ${status}`);
			calling.destroy();
		});
		calling.setTimeout(answerWithinMs, () => calling.destroy(new Error(`no answer within ${answerWithinMs / 1_000} s`)));
		calling.on("error", (error: Error & { code?: string }) => failed(error.code ?? error.message));
		calling.end(body);
	});
}
