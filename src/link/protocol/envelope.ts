import { gunzipSync, gzipSync } from "node:zlib";
import { crcOfTexts } from "./crc32c.ts";
import type { Channel, Direction } from "./ids.ts";
import {
	type Ack,
	type AskHello,
	type Cmd,
	type Data,
	downMessages,
	type HelloUp,
	type Nak,
	type Reply,
	type Req,
	type Res,
	upMessages,
	type Welcome,
} from "./messages.ts";

/**
 *   00 7b 22 73 …     JSON (read, never written)
 *   01 1f 8b 08 …     gzip of JSON
 *
 * AWS refuses more than 128 KiB; 96 leaves room for topic and headers.
 */
export const maxWireBytes = 96 * 1024;

/** The most that one message may unpack to. A gzip of zeros grows a thousandfold; a batch aims for 48 KiB, a record stops at 1 MiB. */
const maxUnpackedBytes = 2 * 1024 * 1024;

export type UpMessage =
	| { ch: "hello"; body: HelloUp }
	| { ch: "data"; body: Data }
	| { ch: "ack"; body: Ack }
	| { ch: "nak"; body: Nak }
	| { ch: "req"; body: Req }
	| { ch: "cmd"; body: Cmd }
	| { ch: "res"; body: Res };
export type DownMessage =
	| Exclude<UpMessage, { ch: "hello" } | { ch: "res" }>
	| { ch: "hello"; body: Welcome | AskHello }
	| { ch: "res"; body: Res | Reply };

/**
 * Undefined: it does not fit the wire. We always write gzip, small messages too: its CRC-32 covers positions and hashes, where a flipped
 * bit in plain JSON would still read well (found by simulation: a hello with one wrong digit made HQ begin a stream anew).
 */
export function packText(json: string): Buffer | undefined {
	const plain = Buffer.from(json);
	if (plain.length > maxUnpackedBytes) return undefined;
	const packed = gzipSync(plain, { level: 4 });
	return packed.length < maxWireBytes ? Buffer.concat([Buffer.of(1), packed]) : undefined;
}

/** Every message but `data` fits by construction: streams, marks and command results are bounded. Throws RangeError otherwise. */
export function pack(body: UpMessage["body"] | DownMessage["body"]): Buffer {
	const packed = packText(JSON.stringify(body));
	if (!packed) throw new RangeError("a message larger than the wire");
	return packed;
}

/** A data message of records that are canonical text already: they are not parsed and printed again. */
export function packData(head: Omit<Data, "records" | "crc32c">, texts: readonly string[]): Buffer | undefined {
	const start = JSON.stringify({ ...head, crc32c: crcOfTexts(texts) });
	return packText(`${start.slice(0, -1)},"records":[${texts.join(",")}]}`);
}

export type Unpacked = { kind: "json"; value: unknown } | { kind: "malformed"; why: string } | { kind: "too-large"; why: string };

/** Never throws, whatever the bytes are. */
export function unpack(bytes: Uint8Array): Unpacked {
	if (bytes.length > maxWireBytes) return { kind: "too-large", why: `${bytes.length} bytes on the wire` };
	let plain: Uint8Array = bytes.subarray(1);
	if (bytes[0] === 1) {
		try {
			plain = gunzipSync(plain, { maxOutputLength: maxUnpackedBytes });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE") return { kind: "too-large", why: "unpacks to more than 2 MiB" };
			return { kind: "malformed", why: "not gzip" };
		}
	} else if (bytes[0] !== 0) {
		return { kind: "malformed", why: bytes.length === 0 ? "empty" : `first byte ${bytes[0]}` };
	}
	try {
		return { kind: "json", value: JSON.parse(Buffer.from(plain.buffer, plain.byteOffset, plain.length).toString("utf8")) };
	} catch {
		return { kind: "malformed", why: "not JSON" };
	}
}

/** `raw`: the body as it came, with the members that this build does not know: the signature is over them too. */
export type Raw = { raw?: object };
export type Read<M> = { kind: "message"; message: M & Raw } | { kind: "malformed" | "too-large"; why: string };

export function readMessage(direction: "up", channel: Channel, bytes: Uint8Array): Read<UpMessage>;
export function readMessage(direction: "dn", channel: Channel, bytes: Uint8Array): Read<DownMessage>;
export function readMessage(direction: Direction, channel: Channel, bytes: Uint8Array): Read<UpMessage | DownMessage> {
	const unpacked = unpack(bytes);
	if (unpacked.kind !== "json") return unpacked;
	const checked = (direction === "up" ? upMessages : downMessages)[channel].safeParse(unpacked.value);
	if (!checked.success) {
		const issue = checked.error.issues[0];
		return { kind: "malformed", why: `${channel}: ${issue?.path.join(".") ?? ""} ${issue?.message ?? ""}`.slice(0, 200) };
	}
	return { kind: "message", message: { ch: channel, body: checked.data, raw: unpacked.value as object } as UpMessage & Raw };
}
