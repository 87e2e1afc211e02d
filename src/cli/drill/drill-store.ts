/** A demo store that a drill starts, asks over HTTP like anybody else, and puts into trouble. */
import { type ChildProcess, fork } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { DrillOrder } from "../demo/drill-faults.ts";

export interface DrillStore {
	cockpit: string;
	hq: string;
	/** Causes a fault, or ends it. */
	order(order: DrillOrder): Promise<void>;
	/** Answers of a route, read as JSON; throws for any other status than 2xx. */
	get<T>(base: string, path: string): Promise<T>;
	/** The status, or 0 where nobody answered. */
	post(base: string, path: string, body: object): Promise<number>;
	/** Of the virtual devices. */
	control: string;
	/** Looks until it is so; answers after how many seconds, or undefined when it did not come about. */
	until(isSo: () => Promise<boolean>, withinMs?: number): Promise<number | undefined>;
	close(): Promise<void>;
}

const openWithinMs = 180_000;
const usualMs = 90_000;

export async function openDrillStore(named: string | undefined): Promise<DrillStore> {
	const data = named === undefined ? mkdtempSync(join(tmpdir(), "gondola-drill-")) : resolve(named);
	const options = ["--headless", "--port", "0", "--hq-port", "0", "--mqtt-port", "0", "--labels", "6", "--speed", "10", "--data", data];
	const child = fork(process.argv[1]!, ["demo", ...options], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
	const close = async (): Promise<void> => {
		await ended(child);
		if (named === undefined) rmSync(data, { recursive: true, force: true, maxRetries: 5 });
	};
	try {
		const { cockpit, hq } = await readyLine(child);
		const { url: control } = JSON.parse(readFileSync(join(data, "virtual-store", "control.json"), "utf8")) as { url: string };
		return { cockpit, hq, control, order: (order) => sent(child, order), get, post, until, close };
	} catch (error) {
		await close();
		throw error;
	}
}

function readyLine(child: ChildProcess): Promise<{ cockpit: string; hq: string }> {
	return new Promise((resolve, reject) => {
		let [said, complaints] = ["", ""];
		const late = setTimeout(() => reject(new Error(`the demo store did not open: ${complaints.slice(-500)}`)), openWithinMs);
		child.stdout!.on("data", (piece: Buffer) => {
			said += piece.toString("utf8");
			const line = /^\{"ready".*\}$/m.exec(said)?.[0];
			if (line === undefined) return;
			clearTimeout(late);
			resolve(JSON.parse(line) as { cockpit: string; hq: string });
		});
		child.stderr!.on("data", (piece: Buffer) => (complaints += piece.toString("utf8")));
		child.once("exit", () => reject(new Error(`the demo store did not open: ${complaints.slice(-500)}`)));
	});
}

function sent(child: ChildProcess, order: DrillOrder): Promise<void> {
	return new Promise((resolve) => {
		child.once("message", () => resolve());
		child.send(order);
	});
}

function ended(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
	return new Promise((resolve) => {
		child.once("exit", () => resolve());
		child.kill("SIGTERM");
	});
}

async function get<T>(base: string, path: string): Promise<T> {
	const answer = await fetch(new URL(path, base), { signal: AbortSignal.timeout(10_000) });
	if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
	return (await answer.json()) as T;
}

async function post(base: string, path: string, body: object): Promise<number> {
	const headers = { "content-type": "application/json" };
	try {
		const asked = { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(10_000) };
		const answer = await fetch(new URL(path, base), asked);
		await answer.arrayBuffer();
		return answer.status;
	} catch {
		return 0;
	}
}

async function until(isSo: () => Promise<boolean>, withinMs = usualMs): Promise<number | undefined> {
	const began = performance.now();
	while (performance.now() - began < withinMs) {
		// A gateway that is down does not answer.
		if (await isSo().catch(() => false)) return Math.round((performance.now() - began) / 100) / 10;
		await new Promise((again) => setTimeout(again, 50));
	}
	return undefined;
}

export const inSeconds = (seconds: number | undefined): string => (seconds === undefined ? "not at all" : `after ${seconds.toFixed(1)} s`);

/** An article of the demo that its virtual shoppers and clerks leave alone. */
export const quietSku = "1001";
