/**
 * Faults that a drill (`gondola drill`) asks of the demo that it started with a channel: the line to head office cut, the gateway's process
 * ended as by a power cut, its clock set to another time. A demo that was started by hand has no channel and none of this.
 */
import { connect, createServer, type Socket } from "node:net";
import type { Child } from "./child.ts";

export type DrillOrder = { do: "cut-line" } | { do: "mend-line" } | { do: "kill-gateway" } | { do: "set-clock"; aheadMs: number };

export interface DrillFaults {
	/** Where the gateway reaches head office's line. */
	line: string;
	/** Orders are taken from now on. `gateway`: the process of this moment; it is started again when it ends. */
	obey(gateway: () => Child): void;
}

/** `line`: head office's own, which stays the gateway's where there is no channel. */
export async function openDrillFaults(line: string): Promise<DrillFaults> {
	if (!process.send) return { line, obey: () => {} };
	const gate = await openGate(Number(new URL(line).port));
	const through = new URL(line);
	through.port = String(gate.port);
	process.on("disconnect", () => process.kill(process.pid, "SIGTERM"));
	return {
		line: through.href.replace(/\/$/, ""),
		obey(gateway) {
			process.on("message", (order: DrillOrder) => {
				if (order.do === "cut-line") gate.cut();
				else if (order.do === "mend-line") gate.mend();
				else if (order.do === "kill-gateway") killNow(gateway().pid);
				else gateway().send({ type: "setClock", aheadMs: order.aheadMs });
				process.send!({ did: order.do });
			});
			// The channel alone does not keep a demo alive that has closed its store.
			process.channel?.unref();
		},
	};
}

/** The gateway may have ended by itself meanwhile, or be between two starts. */
function killNow(pid: number): void {
	try {
		process.kill(pid, "SIGKILL");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}

/** Passes connections on to a port of this machine; while it is cut, those that are open break and new ones are refused. */
async function openGate(to: number): Promise<{ port: number; cut(): void; mend(): void }> {
	const open = new Set<Socket>();
	let isCut = false;
	const server = createServer((from) => {
		if (isCut) return void from.destroy();
		const onward = connect(to, "127.0.0.1");
		for (const [a, b] of [
			[from, onward],
			[onward, from],
		] as const) {
			open.add(a);
			a.pipe(b);
			a.on("error", () => {});
			a.on("close", () => {
				open.delete(a);
				b.destroy();
			});
		}
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	server.unref();
	return {
		port: (server.address() as { port: number }).port,
		cut() {
			isCut = true;
			for (const socket of open) socket.destroy();
		},
		mend() {
			isCut = false;
		},
	};
}
