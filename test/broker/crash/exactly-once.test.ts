/**
 * QoS 2 through a broker that is killed at each step of both handshakes. The clients do what MQTT 3.1.1 asks of them: the sender
 * keeps PUBLISH until PUBREC and PUBREL until PUBCOMP, and uses one packet id for all its messages; the receiver keeps the packet
 * id of a message until PUBREL (§4.3.3, method A of the receiver). Written from the standard, not recorded.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openForWriting } from "../../../src/ledger/file/open.ts";
import { connectBytes, expiry, publishBytes, subscribeBytes } from "../../mqtt5/wire.ts";
import { until } from "../../support/until.ts";
import { connectPacket, connectRaw, publishPacket, type RawClient, subscribePacket } from "../clients.ts";

let directory: string;
let child: ChildProcess;
let port = 0;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "gondola-broker-"));
});
afterEach(() => {
	child.kill("SIGKILL");
	rmSync(directory, { recursive: true, force: true });
});

interface KillAt {
	op: string;
	when: "before" | "after";
}

/** MQTT 3.1.1, or 5. */
type Level = 4 | 5;

const topic = "scanners/a/code";
const mapping = [{ topic: "scanners/+/code", device: "{1}", as: "scan" }];

async function startChild(killAt?: KillAt): Promise<void> {
	child = fork(join(import.meta.dirname, "kill-child.ts"), [JSON.stringify({ directory, mapping, killAt })], {
		execArgv: ["--no-warnings"],
	});
	const [said] = (await Promise.race([once(child, "message"), once(child, "exit")])) as [{ port: number } | number | null];
	if (typeof said !== "object" || said === null) throw new Error(`the broker did not start: ${said}`);
	port = said.port;
}

/** Whole packets that came after `from`, all of them short. */
function packetsIn(bytes: Buffer, from: number): { first: number; body: Buffer; end: number }[] {
	const found = [];
	for (let at = from; at + 2 <= bytes.length && at + 2 + bytes[at + 1]! <= bytes.length; ) {
		const end = at + 2 + bytes[at + 1]!;
		found.push({ first: bytes[at]!, body: bytes.subarray(at + 2, end), end });
		at = end;
	}
	return found;
}

/** A client with a kept session, which comes back when it is cut off. `hear` gets each packet but the CONNACK. */
function createClient(id: string, level: Level, hear: (first: number, body: Buffer, send: (...bytes: number[]) => void) => void) {
	const hello = level === 5 ? connectBytes(id, { clean: false, props: expiry(3_600) }) : connectPacket(id, 0x00);
	let raw: RawClient | undefined;
	let read = 0;
	let isReady = false;
	let subscribes = false;
	return {
		async connect(first: readonly number[]): Promise<void> {
			raw = await connectRaw(port);
			read = 0;
			isReady = false;
			subscribes = first[0] === 0x82;
			raw.send(...hello, ...first);
		},
		/** It has its CONNACK and, when it asked for a subscription, its SUBACK. */
		isReady: () => isReady,
		send: (bytes: readonly number[]) => raw!.send(...bytes),
		isCutOff: () => raw === undefined || raw.isClosed(),
		poll(): void {
			for (const { first, body, end } of packetsIn(raw!.bytes(), read)) {
				read = end;
				if (first === 0x90 || (first === 0x20 && !subscribes)) isReady = true;
				if (first >> 4 !== 2) hear(first, body, raw!.send);
			}
		},
		end: () => raw?.socket.destroy(),
	};
}

/** Message after message from the sender to the screen, through a broker that dies once for each of `kills`, and then lives. */
async function exchange(kills: readonly KillAt[], level: Level): Promise<{ sent: string[]; delivered: string[]; deaths: number }> {
	const sent: string[] = [];
	const delivered: string[] = [];
	const owned = new Set<number>();
	let completed = 0;
	const screen = createClient("screen", level, (first, body, send) => {
		if (first >> 4 === 3) {
			const start = 2 + body.readUInt16BE(0);
			const id = body.readUInt16BE(start);
			// Of MQTT 5 the length of no properties stands between.
			if (!owned.has(id)) delivered.push(body.subarray(start + (level === 5 ? 3 : 2)).toString());
			owned.add(id);
			send(0x50, 2, id >> 8, id & 0xff);
		} else if (first === 0x62) {
			if (owned.delete(body.readUInt16BE(0))) completed += 1;
			send(0x70, 2, ...body);
		}
	});
	const publishOf = (payload: string, dup: boolean): number[] =>
		level === 5 ? publishBytes(topic, payload, { qos: 2, id: 7, dup }) : publishPacket(topic, payload, 2, 7, dup);
	const subscription = level === 5 ? subscribeBytes(1, [[topic, 2]]) : subscribePacket(1, topic, 2);
	let owes: "nothing" | "publish" | "pubrel" = "nothing";
	const owed = (isAgain: boolean): number[] =>
		owes === "publish" ? publishOf(sent.at(-1)!, isAgain) : owes === "pubrel" ? [0x62, 2, 0, 7] : [];
	const sender = createClient("sender", level, (first, _body, send) => {
		if (first === 0x70 && owes === "pubrel") owes = "nothing";
		if (first !== 0x50 || owes !== "publish") return;
		owes = "pubrel";
		send(...owed(true));
	});

	let deaths = 0;
	for (const killAt of [...kills, undefined]) {
		await startChild(killAt);
		await Promise.all([screen.connect(deaths === 0 ? subscription : []), sender.connect(owed(true))]);
		await until(
			() => {
				sender.poll();
				screen.poll();
				const isThrough = owes === "nothing" && completed === sent.length && screen.isReady();
				if (child.signalCode !== null || (isThrough && !killAt)) return true;
				if (!isThrough) return false;
				sent.push(`40063813339${String(sent.length).padStart(2, "0")}`);
				owes = "publish";
				sender.send(owed(false));
				return false;
			},
			`all of it, though killed ${JSON.stringify(killAt)}`,
		);
		if (child.signalCode !== null) deaths += 1;
		await until(() => !killAt || (screen.isCutOff() && sender.isCutOff()), "the broker's end");
	}
	screen.end();
	sender.end();
	return { sent, delivered, deaths };
}

function recordedCodes(): string[] {
	const db = openForWriting(directory);
	const rows = db.prepare<[], { body: string }>("SELECT body FROM event WHERE type = 'article.scanned' ORDER BY seq").all();
	db.close();
	return rows.map((row) => (JSON.parse(row.body) as { code: string }).code);
}

describe("a QoS 2 message through a broker that is killed", () => {
	it.each([4, 5] as const)(
		"before or after any commit of its two handshakes makes one fact and reaches the screen once, and so does the next under its packet id (level %i)",
		async (level) => {
			const kills: KillAt[] = ["receive", "complete", "release", "dequeue"].flatMap((op) => [
				{ op, when: "before" },
				{ op, when: "after" },
			]);
			const { sent, delivered, deaths } = await exchange(kills, level);
			expect(deaths).toBe(kills.length);
			expect(delivered).toEqual(sent);
			child.kill("SIGKILL");
			await once(child, "exit");
			expect(recordedCodes()).toEqual(sent);
		},
		120_000,
	);
});
