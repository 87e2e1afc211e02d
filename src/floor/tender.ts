import { maskCards } from "../../drivers/scanner/payment-card.ts";
import { maskKeys } from "../../drivers/scanner/wedge/key-mask.ts";
import { keepOpen, type LinkReport } from "../../drivers/transport/keep-open.ts";
import type { OpenPort, Port } from "../../drivers/transport/port.ts";
import { createTap, type Tap, type TapPage } from "../../drivers/transport/tap.ts";
import { DeviceTrouble } from "../../drivers/trouble.ts";
import type { StoreLedger } from "../flows/flows.ts";
import type { DeviceStatus } from "../words/alarm.ts";
import { defined } from "../words/defined.ts";

/** Looks after one configured device: keeps its port open, passes its reports to the flows and its work to it. */
export interface Tender {
	id: string;
	family: DeviceStatus["family"];
	/** Makes the device show itself (prints, blinks). False when it cannot; of a printer the test slip's job. */
	test(): Promise<boolean | { job: string }>;
	/** The recorded traffic of its port; left out for devices without a port. */
	trace?(after: number): TapPage;
	/** Closes the port and opens it anew. */
	restart(): Promise<void>;
	stop(): Promise<void>;
}

export interface Log {
	info(facts: object, sentence: string): void;
	warn(facts: object, sentence: string): void;
	error(facts: object, sentence: string): void;
}

export interface DeviceRecorder {
	/** The link opened, closed or is being tried. */
	link(report: LinkReport | { type: "open" }): void;
	trouble(trouble: DeviceTrouble): void;
	troubleOver(code: string): void;
	/** The device sent something. Written every few seconds at most, to spare the disk. */
	heard(detail?: DeviceStatus["detail"]): void;
}

const heardEveryMs = 10_000;

type Health = { state: "starting" | "well" } | { state: "troubled"; trouble: DeviceTrouble };

/** Turns a driver's reports into the device's row and its alarms. */
export function deviceRecorder(
	ledger: StoreLedger,
	device: { id: string; family: DeviceStatus["family"]; protocol: string; address: string },
	log: Log,
): DeviceRecorder {
	let health: Health = { state: "starting" };
	let heardAtMs = 0;
	let detail: DeviceStatus["detail"] = {};
	let lastWritten = "";

	const write = (heardAt?: string): void => {
		const news = {
			id: device.id,
			family: device.family,
			protocol: device.protocol,
			address: device.address,
			state: health.state,
			trouble: health.state === "troubled" ? health.trouble.code : null,
			facts: health.state === "troubled" ? health.trouble.facts : {},
			detail,
			...defined({ heardAt }),
		};
		const key = JSON.stringify(news);
		if (key === lastWritten) return;
		lastWritten = key;
		ledger
			.do("recordDevice", news)
			.catch((error: Error) => log.error({ device: device.id, error: error.message }, "the device's state could not be recorded"));
	};
	write();

	const troubled = (trouble: DeviceTrouble): void => {
		health = { state: "troubled", trouble };
		log.warn({ device: device.id, code: trouble.code, ...trouble.facts }, "device troubled");
		write();
	};
	const well = (): void => {
		health = { state: "well" };
		write();
	};

	return {
		link(report) {
			if (report.type === "trouble") return troubled(report.trouble);
			if (report.type === "well-again") log.info({ device: device.id, afterMs: report.afterMs }, "device is well again");
			well();
		},
		trouble: troubled,
		troubleOver(code) {
			if (health.state === "troubled" && health.trouble.code === code) well();
		},
		heard(more) {
			const changed = more !== undefined && Object.entries(more).some(([key, value]) => detail[key] !== value);
			if (more) detail = { ...detail, ...more };
			const nowMs = performance.now();
			if (nowMs - heardAtMs < heardEveryMs && !changed && heardAtMs > 0) return;
			heardAtMs = nowMs;
			if (health.state === "starting") health = { state: "well" };
			write(ledger.now().wall);
		},
	};
}

/** The port of one device, with what every tender needs of it. */
export interface TendedPort {
	recorder: DeviceRecorder;
	/** The recorded traffic. */
	trace(after: number): TapPage;
	/** Opens the port and keeps it open; `run` drives it and returns how to stop driving it, as in `keepOpen`. */
	keep(run: (port: Port) => () => void): { stop(): Promise<void> };
}

/** `tap` records the traffic; left out: bytes, with payment cards masked. */
export function tendPort(
	ledger: StoreLedger,
	device: { id: string; family: DeviceStatus["family"]; protocol: string },
	{ open, address }: { open: OpenPort; address: string },
	log: Log,
	tap: Tap = tapOf(),
): TendedPort {
	const recorder = deviceRecorder(ledger, { id: device.id, family: device.family, protocol: device.protocol, address }, log);
	return {
		recorder,
		trace: tap.read,
		keep: (run) => keepOpen({ open: tap.over(open), facts: { device: device.id, port: address }, report: recorder.link, run }),
	};
}

/** The restart and stop of a tender whose work is one link. `start` opens the port and keeps it open. */
export function oneLink(start: () => { stop(): Promise<void> }): Pick<Tender, "restart" | "stop"> {
	let link = start();
	return {
		async restart() {
			await link.stop();
			link = start();
		},
		stop: () => link.stop(),
	};
}

/** Masks payment cards in traces. */
export const tapOf = (areMessages = false): Tap => createTap({ mask: maskCards, areMessages });
/** Masks payment cards in traces of a scanner whose keys come as events of the kernel. */
export const tapOfKeys = (): Tap => createTap({ mask: maskCards, maskBytes: (bytes) => maskKeys(bytes, maskCards) });
