import { request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/**
 * Sends a file over HTTP as it is read from the disk, and waits for the answer however long it takes: fetch gives up after five minutes,
 * in which head office has not taken in a list of 200 MB.
 */
export function sendFile(url: URL, method: string, headers: Record<string, string>, file: Blob): Promise<Response> {
	const send = url.protocol === "https:" ? tlsRequest : plainRequest;
	return new Promise((resolve, reject) => {
		const asked = send(url, { method, headers: { ...headers, "content-length": String(file.size) } }, (answer) => {
			const pieces: Buffer[] = [];
			answer.on("data", (piece: Buffer) => void pieces.push(piece));
			answer.on("error", reject);
			answer.on("end", () => resolve(new Response(Buffer.concat(pieces), { status: answer.statusCode ?? 500 })));
		});
		asked.on("error", reject);
		pipeFile(file, asked).catch(reject);
	});
}

/** A server that refuses early closes the connection: its answer counts, not the broken pipe. */
export async function pipeFile(file: Blob, into: NodeJS.WritableStream): Promise<void> {
	await pipeline(Readable.fromWeb(file.stream() as Parameters<typeof Readable.fromWeb>[0]), into);
}
