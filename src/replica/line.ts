/**
 * The line between a gateway and the box that keeps its copy: TLS, one request at a time, each answered.
 *
 *   request   length 4 · length of the JSON 4 · JSON {do, …} · bytes          answer   the same, {ok: …} or {error}
 *
 * The gateway knows the box by the SHA-256 of its certificate, and the box knows the gateway by a token in the first request.
 */
import type { Socket } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import { z } from "zod";
import { defined } from "../words/defined.ts";
import { CopyRefused, type CopyRulesKept, copyRules, sideFiles, type TakenOver, takenOver } from "./copy-folder.ts";
import type { CopyTarget } from "./target.ts";

/** A request holds one block or one piece of a log, of a mebibyte and a bit. */
const requestBytesMost = 2 << 20;
const answerWithinMs = 20_000;
const baseWithinMs = 300_000;

const words = z.tuple([z.int().min(0).max(0xffffffff), z.int().min(0).max(0xffffffff)]);
const found = z.object({
	position: z.object({ salts: z.string().regex(/^[0-9a-f]{16}$/), frames: z.int().min(0), sum: words }).optional(),
	takenOver: takenOver.optional(),
});

export const request = z.discriminatedUnion("do", [
	z.strictObject({ do: z.literal("hello"), token: z.string().max(200), rules: copyRules }),
	z.strictObject({ do: z.literal("beginBase") }),
	z.strictObject({ do: z.literal("putBlock"), index: z.int().min(0).max(1_000_000) }),
	z.strictObject({ do: z.literal("endBase"), bytes: z.int().min(0) }),
	z.strictObject({ do: z.literal("beginLog") }),
	z.strictObject({ do: z.literal("append"), from: z.int().min(0), isLast: z.boolean() }),
	z.strictObject({ do: z.literal("putFile"), name: z.enum(sideFiles) }),
	z.strictObject({ do: z.literal("heard"), at: z.iso.datetime() }),
]);
export type Request = z.output<typeof request>;

/** Calls `take` for each message that is whole. Ends the connection when one is too long. */
export function readMessages(socket: Socket, take: (json: unknown, bytes: Buffer) => void): void {
	let held: Buffer = Buffer.alloc(0);
	socket.on("data", (piece: Buffer) => {
		held = held.length === 0 ? piece : Buffer.concat([held, piece]);
		while (held.length >= 8) {
			const length = held.readUInt32BE(0);
			const jsonLength = held.readUInt32BE(4);
			if (length > requestBytesMost || jsonLength > length) return void socket.destroy(new Error("a message is too long"));
			if (held.length < 8 + length) return;
			const message = held.subarray(8, 8 + length);
			held = held.subarray(8 + length);
			let json: unknown;
			try {
				json = JSON.parse(message.toString("utf8", 0, jsonLength));
			} catch {
				return void socket.destroy(new Error("a message is damaged"));
			}
			take(json, message.subarray(jsonLength));
		}
	});
}

export function writeMessage(socket: Socket, json: object, bytes: Buffer = Buffer.alloc(0)): void {
	const text = Buffer.from(JSON.stringify(json));
	const head = Buffer.alloc(8);
	head.writeUInt32BE(text.length + bytes.length, 0);
	head.writeUInt32BE(text.length, 4);
	socket.write(Buffer.concat([head, text, bytes]));
}

export interface BoxAddress {
	host: string;
	port: number;
	/** SHA-256 of the box's certificate, hex. */
	pin: string;
	token: string;
}

/** Rejects with CopyRefused where the box says no, and with the reason where it cannot be reached. */
export async function boxTarget(to: BoxAddress, rules: CopyRulesKept): Promise<CopyTarget> {
	const ask = asking(await reach(to));
	const greeting = found.parse(await ask({ do: "hello", token: to.token, rules }));
	const mark = (answer: unknown): TakenOver | undefined => (answer as { takenOver?: TakenOver }).takenOver;
	return {
		found: defined(greeting),
		beginBase: async () => (await ask({ do: "beginBase" })) as string[],
		putBlock: async (index, bytes) => void (await ask({ do: "putBlock", index }, bytes)),
		endBase: async (bytes, digests) => void (await ask({ do: "endBase", bytes }, Buffer.from(JSON.stringify(digests)))),
		beginLog: async (header) => void (await ask({ do: "beginLog" }, header)),
		append: async (from, frames, isLast) => mark(await ask({ do: "append", from, isLast }, frames)),
		putFile: async (name, bytes) => void (await ask({ do: "putFile", name }, bytes)),
		heard: async (at) => mark(await ask({ do: "heard", at })),
		close: () => ask.close(),
	};
}

/** The certificate is compared before the token is sent. */
function reach({ host, port, pin }: BoxAddress): Promise<TLSSocket> {
	return new Promise((resolve, reject) => {
		const socket = connect({ host, port, rejectUnauthorized: false, minVersion: "TLSv1.3" });
		socket.setTimeout(answerWithinMs, () => socket.destroy(new Error(`${host}:${port} does not answer`)));
		socket.once("error", reject);
		socket.once("close", () => reject(new Error(`${host}:${port} closed the connection`)));
		socket.once("secureConnect", () => {
			const shown = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(":", "").toLowerCase();
			if (shown === pin) return resolve(socket);
			socket.destroy();
			reject(new CopyRefused(`${host}:${port} shows another certificate than replica.pin names; nothing was sent`));
		});
	});
}

function asking(socket: TLSSocket) {
	const waiting: { resolve(answer: unknown): void; reject(error: Error): void }[] = [];
	let gone: Error | undefined;
	const end = (error: Error): void => {
		gone ??= error;
		for (const one of waiting.splice(0)) one.reject(gone);
	};
	socket.on("error", end);
	socket.on("close", () => end(new Error("the box that keeps the copy closed the connection")));
	socket.setNoDelay(true);
	readMessages(socket, (json) => {
		const one = waiting.shift();
		const { ok, error } = json as { ok?: unknown; error?: string };
		if (error !== undefined) one?.reject(new CopyRefused(error));
		else one?.resolve(ok);
	});
	const ask = (asked: Request, bytes?: Buffer): Promise<unknown> => {
		if (gone) return Promise.reject(gone);
		// Before and after a base the box reads all of its copy.
		socket.setTimeout(asked.do === "beginBase" || asked.do === "endBase" ? baseWithinMs : answerWithinMs);
		return new Promise((resolve, reject) => {
			waiting.push({ resolve, reject });
			writeMessage(socket, asked, bytes);
		});
	};
	return Object.assign(ask, { close: (): void => void socket.destroy() });
}
