import { request } from "node:http";
import { type Ask, Refused } from "../verb/ask.ts";
import { pipeFile } from "../verb/send-file.ts";

/** No process listens on the socket: head office does not run, or was killed. */
export class NoConsole extends Error {
	override name = "NoConsole";
}

/** Sends one request over the socket in head office's data directory. Rejects with NoConsole where no process listens there. */
export function askConsole<T>(socketPath: string, path: string, { method = "GET", body, text, raw }: Ask = {}): Promise<T> {
	const content = text?.content ?? (body === undefined ? undefined : JSON.stringify(body));
	const type = text?.type ?? "application/json";
	const headers = {
		host: "localhost",
		accept: "application/json",
		...(content !== undefined && { "content-type": type }),
		...(content instanceof Blob && { "content-length": String(content.size) }),
	};
	return new Promise((resolve, reject) => {
		const asked = request({ socketPath, path, method, headers }, (answer) => {
			const pieces: Buffer[] = [];
			answer.on("data", (piece: Buffer) => void pieces.push(piece));
			answer.on("error", reject);
			answer.on("end", () => {
				const whole = Buffer.concat(pieces);
				if (raw && (answer.statusCode ?? 0) < 300) return resolve(whole as T);
				const said = whole.toString("utf8");
				const read = said === "" ? undefined : (JSON.parse(said) as { code?: string; detail?: string });
				const status = answer.statusCode ?? 0;
				if (status < 300) resolve(read as T);
				else reject(new Refused(status, read?.code ?? String(status), read?.detail ?? `head office answered ${status}`));
			});
		});
		asked.on("error", (error: NodeJS.ErrnoException) => {
			const isAway = error.code === "ENOENT" || error.code === "ECONNREFUSED";
			reject(isAway ? new NoConsole(`head office does not run on ${socketPath}`) : error);
		});
		if (content instanceof Blob) pipeFile(content, asked).catch(reject);
		else asked.end(content);
	});
}
