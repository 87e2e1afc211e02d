/** What is measured: our broker with its ledger, and Debian's mosquitto, each in a process of its own on the loopback. */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gatewayFlags } from "../../src/cli/demo/child.ts";
import { freePort } from "../support/ports.ts";
import { pause } from "./mqtt-load.ts";

export interface Target {
	name: "gondola" | "mosquitto";
	port: number;
	/** In which MQTT the load speaks to it; left out: 3.1.1. */
	version?: 4 | 5;
	pid: number;
	/** Seconds of CPU of the broker's process so far. */
	cpuSeconds(): number;
	rssMiB(): number;
	/** Resolves when nothing that was acknowledged waits to be read: what is measured next must not pay for it. */
	settled(): Promise<void>;
	stop(): Promise<void>;
}

const mosquittoFile = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto"].find((file) => existsSync(file));
export const hasMosquitto = mosquittoFile !== undefined;

/** Seconds of CPU that the whole machine has spent; 0 where the system does not say. */
export function machineCpuSeconds(): number {
	if (!existsSync("/proc/stat")) return 0;
	const [user, nice, system, , , irq, softirq] = readFileSync("/proc/stat", "utf8")
		.split("\n")[0]!
		.trim()
		.split(/\s+/)
		.slice(1)
		.map(Number);
	return (user! + nice! + system! + irq! + softirq!) / 100;
}

function readProc(pid: number): Pick<Target, "cpuSeconds" | "rssMiB"> {
	return {
		cpuSeconds() {
			const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
				.replace(/^.*\) /, "")
				.split(" ");
			return (Number(fields[11]) + Number(fields[12])) / 100;
		},
		rssMiB: () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1_024,
	};
}

function ended(child: ChildProcess): Promise<void> {
	return child.exitCode !== null || child.signalCode !== null
		? Promise.resolve()
		: new Promise((resolve) => child.once("exit", () => resolve()));
}

export async function startGondola(flags: readonly string[] = gatewayFlags): Promise<Target> {
	const directory = mkdtempSync(join(tmpdir(), "gondola-bench-"));
	const child = fork(join(import.meta.dirname, "broker-child.ts"), [directory], { execArgv: ["--no-warnings", ...flags] });
	const port = await new Promise<number>((resolve, reject) => {
		child.once("message", (message) => resolve((message as { port: number }).port));
		child.once("exit", (code) => reject(new Error(`the broker ended with ${code}`)));
	});
	return {
		name: "gondola",
		port,
		pid: child.pid!,
		...readProc(child.pid!),
		async settled() {
			for (;;) {
				child.send("stats");
				const [{ unread }] = (await once(child, "message")) as [{ unread: number }];
				if (unread === 0) return;
				await pause(20);
			}
		},
		async stop() {
			child.disconnect();
			await ended(child);
			rmSync(directory, { recursive: true, force: true });
		},
	};
}

export async function startMosquitto(): Promise<Target> {
	const directory = mkdtempSync(join(tmpdir(), "mosquitto-bench-"));
	const port = await freePort();
	const config = [
		`listener ${port} 127.0.0.1`,
		"allow_anonymous true",
		"set_tcp_nodelay true",
		"max_queued_messages 0",
		"persistence false",
		"log_type none",
	];
	writeFileSync(join(directory, "mosquitto.conf"), `${config.join("\n")}\n`);
	const child = spawn(mosquittoFile!, ["-c", join(directory, "mosquitto.conf")], { stdio: "ignore" });
	for (let tried = 0; !(await isOpen(port)); tried++) {
		if (tried > 200) throw new Error("mosquitto does not answer");
		await pause(20);
	}
	return {
		name: "mosquitto",
		port,
		pid: child.pid!,
		...readProc(child.pid!),
		settled: async () => {},
		async stop() {
			child.kill();
			await ended(child);
			rmSync(directory, { recursive: true, force: true });
		},
	};
}

function isOpen(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(port, "127.0.0.1");
		socket.once("connect", () => {
			socket.destroy();
			resolve(true);
		});
		socket.once("error", () => resolve(false));
	});
}
