import { upStreams, type UpStream } from "../wire/messages.ts";
import type { Command } from "./commands.ts";
import type { Comparing } from "./comparing.ts";
import type { LinkLedger } from "./ledger-port.ts";
import type { LinkStatus } from "./store-end.ts";

export class CommandRefused extends Error {
	override name = "CommandRefused";
	readonly code: string;

	constructor(code: string, why: string) {
		super(why);
		this.code = code;
	}
}

/**
 * What HQ may ask of any store.
 *
 *   ping                     the store's time
 *   status                   how the line is, and what waits to go up
 *   diagnostics              the same, with disk, devices in trouble, open alarms and positions
 *   resend {stream}          sends what is not acknowledged again, at once
 *   labels.refresh {label}   draws a label anew, though nothing has changed
 *   catalog.compare          looks now whether the catalog is the one HQ has
 */
export function storeCommands(port: {
	ledger: LinkLedger; build: string; boot: string; comparing: Comparing; status(): LinkStatus; resend(stream: UpStream): void;
}): Record<string, Command> {
	const { ledger, build, boot } = port;
	const { link, meta, alarms, devices } = ledger.read;
	const waiting = () => Object.fromEntries(upStreams.map((stream) => {
		const { epoch, last, acked } = link.up(stream);
		return [stream, { epoch, last, waiting: last - acked }];
	}));
	return {
		ping: async () => ({ at: ledger.now().wall, quality: ledger.now().quality }),
		status: async () => ({ build, boot, line: port.status(), up: waiting() }),
		async diagnostics() {
			const down = ["catalog", "stock", "config"].map((stream) => [stream, link.dn(stream) ?? null]);
			const open = (alarms?.list() ?? []).filter((alarm) => alarm.clearedAt === null);
			const troubled = (devices?.list() ?? []).filter((device) => device.trouble !== null);
			return {
				build, boot, at: ledger.now().wall, ...meta.bytes(), line: port.status(), up: waiting(), down: Object.fromEntries(down),
				alarms: open.slice(0, 50).map(({ id, level, since }) => ({ id, level, since })),
				devices: troubled.slice(0, 50).map(({ id, family, trouble }) => ({ id, family, trouble })),
			};
		},
		async resend({ stream }) {
			const known = upStreams.find((each) => each === stream);
			if (!known) throw new CommandRefused("stream-unknown", `a store sends ${upStreams.join(" and ")}, not ${String(stream)}`);
			port.resend(known);
			return waiting()[known];
		},
		async "labels.refresh"({ label }) {
			if (typeof label !== "string") throw new CommandRefused("bad-args", "name the label");
			return ledger.do("refreshLabel", { label });
		},
		"catalog.compare": async () => ({ comparison: await port.comparing.compareNow(), ...port.comparing.counts() }),
	};
}
