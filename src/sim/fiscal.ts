/**
 * A practice device that signs sales, over TCP on loopback. It was written from drivers/fiscal/wire.ts alone and shares no code with the
 * driver. It keeps its signatures in a file, so that it gives the same answer to the same id also after it was switched off.
 *
 *   HELLO 1                                                 ->  DEVICE serial practice
 *   SIGN id sale|refund at amount currency digest           ->  SIGNED id number at code  |  REFUSED id reason
 */
import { createHmac, randomBytes } from "node:crypto";
import { appendFileSync, closeSync, existsSync, fsyncSync, openSync, readFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { z } from "zod";
import type { ControlAct } from "./control.ts";

export interface FiscalDeviceSettings {
	serial: string;
	/** Journal of what was signed: a line each. */
	file: string;
	port?: number;
}

export interface VirtualFiscalDevice {
	readonly host: string;
	port(): number;
	/** Signs what it is asked, but sends no answer until `deaf(false)`. */
	deaf(isDeaf: boolean): void;
	/** Delays each answer by so much. */
	slow(ms: number): void;
	/** Refuses new requests for this reason; undefined: signs them again. */
	refuse(reason: string | undefined): void;
	/** Switches it off and on; nothing is heard in between. */
	switchOff(): Promise<void>;
	switchOn(): Promise<void>;
	/** In the order in which they were signed. */
	signed(): { id: string; number: number; kind: string; amountMinor: number; code: string }[];
	/** How often it was asked to sign. */
	asked(): number;
	stop(): Promise<void>;
}

interface Signed {
	id: string;
	fields: string;
	number: number;
	at: string;
	code: string;
}

const longestLine = 1_024;

export async function startFiscalDevice(settings: FiscalDeviceSettings): Promise<VirtualFiscalDevice> {
	const host = "127.0.0.1";
	const [key, kept] = openJournal(settings.file);
	const sockets = new Set<Socket>();
	const late = new Set<NodeJS.Timeout>();
	let server: Server | undefined;
	let port = settings.port ?? 0;
	let isDeaf = false;
	let slowMs = 0;
	let refusal: string | undefined;
	let asked = 0;

	const answerTo = (line: string): string => {
		if (line === "HELLO 1") return `DEVICE ${settings.serial} practice`;
		const [, id, fields] = /^SIGN ([\w\-.~:+/=%]{1,128}) ((?:sale|refund) \S+ -?\d+ [A-Z]{3} [0-9a-f]{64})$/.exec(line) ?? [];
		if (id === undefined || fields === undefined) return "WHAT";
		asked += 1;
		return sign({ settings, key, kept, refusal }, id, fields);
	};
	const serve = (socket: Socket): void => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
		onLines(socket, (line) => {
			const answer = answerTo(line);
			const say = (): void => {
				if (!socket.destroyed && !isDeaf) socket.write(`${answer}\n`);
			};
			if (slowMs === 0) return say();
			const timer = setTimeout(() => {
				late.delete(timer);
				say();
			}, slowMs);
			late.add(timer);
		});
	};
	const switchOn = async (): Promise<void> => {
		if (server) return;
		const next = createServer(serve);
		server = next;
		await new Promise<void>((resolve, reject) => {
			next.once("error", reject);
			next.listen(port, host, resolve);
		});
		port = (next.address() as { port: number }).port;
	};
	const switchOff = async (): Promise<void> => {
		const last = server;
		server = undefined;
		for (const timer of late) clearTimeout(timer);
		late.clear();
		for (const socket of sockets) socket.destroy();
		await new Promise<void>((resolve) => (last ? last.close(() => resolve()) : resolve()));
	};
	await switchOn();
	return {
		host,
		port: () => port,
		deaf(next) {
			isDeaf = next;
		},
		slow(ms) {
			slowMs = ms;
		},
		refuse(reason) {
			refusal = reason;
		},
		switchOff,
		switchOn,
		signed: () =>
			[...kept.values()].map(({ id, number, fields, code }) => {
				const [kind, , amount] = fields.split(" ");
				return { id, number, kind: kind!, amountMinor: Number(amount), code };
			}),
		asked: () => asked,
		stop: switchOff,
	};
}

interface Signing {
	settings: FiscalDeviceSettings;
	key: string;
	kept: Map<string, Signed>;
	refusal: string | undefined;
}

/** An id is signed once: the same again gets the same answer. */
function sign({ settings, key, kept, refusal }: Signing, id: string, fields: string): string {
	const known = kept.get(id);
	if (known && known.fields !== fields) return `REFUSED ${id} differs`;
	if (!known && refusal !== undefined) return `REFUSED ${id} ${refusal}`;
	const entry = known ?? newEntry(key, { id, fields, number: kept.size + 1 });
	if (!known) {
		keep(settings.file, entry);
		kept.set(id, entry);
	}
	return `SIGNED ${id} ${entry.number} ${entry.at} ${entry.code}`;
}

function onLines(socket: Socket, take: (line: string) => void): void {
	let held = "";
	socket.setEncoding("latin1");
	socket.on("error", () => {}); // the gateway ended without a word
	socket.on("data", (text: string) => {
		const lines = (held + text).split("\n");
		held = lines.pop()!;
		if (held.length > longestLine) return void socket.destroy();
		for (const line of lines) take(line);
	});
}

const slowBody = z.strictObject({ ms: z.number().int().min(0).max(60_000) });
const refuseBody = z.strictObject({
	reason: z
		.string()
		.regex(/^[a-z][a-z0-9-]{0,63}$/)
		.optional(),
});

/** Acts of the control server (`control.ts`) on the device. */
export function fiscalActs(device: VirtualFiscalDevice | undefined): ControlAct[] {
	if (!device) return [];
	const act = (verb: string, body: z.ZodType | undefined, run: (given: unknown) => void | Promise<void>): ControlAct => ({
		method: "POST",
		path: `/fiscal/${verb}`,
		...(body && { body }),
		act: async (_, given) => {
			await run(given);
			return { done: true };
		},
	});
	return [
		{ method: "GET", path: "/fiscal", act: () => ({ asked: device.asked(), items: device.signed() }) },
		act("off", undefined, device.switchOff),
		act("on", undefined, device.switchOn),
		act("deaf", undefined, () => device.deaf(true)),
		act("hears", undefined, () => device.deaf(false)),
		act("slow", slowBody, (given) => device.slow((given as z.infer<typeof slowBody>).ms)),
		act("refuse", refuseBody, (given) => device.refuse((given as z.infer<typeof refuseBody>).reason)),
	];
}

/** The code is an HMAC under a key that lies in the journal's first line: proof of nothing but practice. */
function newEntry(key: string, { id, fields, number }: Pick<Signed, "id" | "fields" | "number">): Signed {
	const at = new Date().toISOString();
	const code = `PRACTICE-${createHmac("sha256", key).update(`${number} ${at} ${id} ${fields}`).digest("hex").slice(0, 32)}`;
	return { id, fields, number, at, code };
}

function openJournal(file: string): [key: string, kept: Map<string, Signed>] {
	if (!existsSync(file)) appendFileSync(file, `${randomBytes(32).toString("hex")}\n`, { mode: 0o600 });
	const [key, ...lines] = readFileSync(file, "utf8").split("\n");
	const kept = new Map<string, Signed>();
	for (const line of lines) {
		if (line === "") continue;
		const entry = JSON.parse(line) as Signed;
		kept.set(entry.id, entry);
	}
	return [key!, kept];
}

/** On the disk before it is answered. */
function keep(file: string, entry: Signed): void {
	const handle = openSync(file, "a");
	appendFileSync(handle, `${JSON.stringify(entry)}\n`);
	fsyncSync(handle);
	closeSync(handle);
}
