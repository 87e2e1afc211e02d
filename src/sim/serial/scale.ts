import type { Timeline } from "../timeline.ts";
import type { Plate } from "./plate.ts";
import type { SerialEnd } from "./serial-end.ts";

/**
 * A scale that speaks MT-SICS (Mettler-Toledo Standard Interface Command Set), levels 0 and 1.
 *
 *   S     →  S S     100.00 g     settled weight; waits for it, "S I" when it never comes
 *   SI    →  S D     129.07 g     the weight now, S settled or D moving
 *   SIR   →  the same again and again, until @ or another S command
 *   Z ZI  →  Z A                  sets zero; ZI also while moving
 *   T TI  →  T S     100.00 g     takes the tare;  TA asks or sets it, TAC clears it
 *   @     →  I4 A "B0…"           cancels everything
 *   S +   S -                     too much on the plate; the plate is lifted
 *   ES    EL                      not a command; a command with a wrong value
 *
 * Each line ends in CR LF; a weight has ten places, right aligned, then its unit.
 */
export interface ScaleSettings {
	serialNumber: string;
	/** The smallest step it shows: 500 mg shows one decimal of a gram. */
	divisionMilligrams?: number;
	capacityMilligrams?: number;
}

const settlingLimitMs = 3_000;
const lookAgainMs = 50;
const repeatEveryMs = 100;
/** A host that sends no line end must not fill the scale's memory. */
const longestCommand = 64;

/** One scale that is switched on. */
interface Scale {
	line: SerialEnd;
	plate: Plate;
	timeline: Timeline;
	settings: ScaleSettings;
	division: number;
	capacity: number;
	zero: number;
	tare: number;
	held: string;
	cancelPending: () => void;
}

export function runScale(line: SerialEnd, plate: Plate, timeline: Timeline, settings: ScaleSettings): void {
	const scale: Scale = {
		line,
		plate,
		timeline,
		settings,
		division: settings.divisionMilligrams ?? 500,
		capacity: settings.capacityMilligrams ?? 15_000_000,
		zero: 0,
		tare: 0,
		held: "",
		cancelPending: (): void => {},
	};
	scale.line.onBytes((bytes) => {
		scale.held += Buffer.from(bytes).toString("latin1");
		for (let end = scale.held.indexOf("\n"); end >= 0; end = scale.held.indexOf("\n")) {
			const command = scale.held.slice(0, end).replace(/\r$/, "");
			scale.held = scale.held.slice(end + 1);
			if (command !== "") obey(scale, command);
		}
		if (scale.held.length > longestCommand) {
			scale.held = "";
			say(scale, "ES");
		}
	});
}

function say(scale: Scale, text: string): void {
	return scale.line.write(Buffer.from(`${text}\r\n`, "latin1"));
}

function round(scale: Scale, milligrams: number): number {
	return Math.round(milligrams / scale.division) * scale.division;
}

function look(scale: Scale) {
	const felt = scale.plate.feel(scale.timeline.now());
	const gross = felt.milligrams - scale.zero;
	const range =
		gross > scale.capacity + 9 * scale.division ? "+" : gross < -Math.max(20 * scale.division, scale.capacity * 0.02) ? "-" : undefined;
	return { gross, net: round(scale, gross - scale.tare), settled: felt.swingMilligrams < scale.division, range };
}

function sayWeight(scale: Scale): void {
	const { net, settled, range } = look(scale);
	say(scale, range ? `S ${range}` : `S ${settled ? "S" : "D"} ${weightText(net, scale.division)}`);
}

/** Acts once the plate is settled; gives up while a customer leans on the shelf. */
function whenSettled(scale: Scale, command: string, act: () => void): void {
	const giveUpAtMs = scale.timeline.now() + settlingLimitMs;
	const again = (): void => {
		const { settled, range } = look(scale);
		if (range) say(scale, `${command} ${range}`);
		else if (settled) act();
		else if (scale.timeline.now() >= giveUpAtMs) say(scale, `${command} I`);
		else scale.cancelPending = scale.timeline.after(lookAgainMs, again);
	};
	again();
}

function setZero(scale: Scale, command: string, status: string): void {
	const { gross, range } = look(scale);
	const fromTrueZero = gross + scale.zero;
	// Only two percent of the range may be called zero, or a full crate would vanish from the books (OIML R 76).
	if (range || Math.abs(fromTrueZero) > scale.capacity * 0.02) return say(scale, `${command} ${fromTrueZero > 0 ? "+" : "-"}`);
	scale.zero = fromTrueZero;
	scale.tare = 0;
	say(scale, `${command} ${status}`);
}

function takeTare(scale: Scale, command: string, settled: boolean): void {
	const { gross, range } = look(scale);
	if (range || gross < 0) return say(scale, `${command} ${range ?? "-"}`);
	scale.tare = round(scale, gross);
	say(scale, `${command} ${settled ? "S" : "D"} ${weightText(scale.tare, scale.division)}`);
}

function presetTare(scale: Scale, rest: string): void {
	if (rest === "") return say(scale, `TA A ${weightText(scale.tare, scale.division)}`);
	const [, value = "", unit] = /^(\d+(?:\.\d+)?) (g|kg)$/.exec(rest) ?? [];
	const milligrams = Number(value) * (unit === "kg" ? 1_000_000 : 1_000);
	if (!unit || milligrams > scale.capacity) return say(scale, "EL");
	scale.tare = round(scale, milligrams);
	say(scale, `TA A ${weightText(scale.tare, scale.division)}`);
}

function repeat(scale: Scale): void {
	sayWeight(scale);
	scale.cancelPending = scale.timeline.after(repeatEveryMs, () => repeat(scale));
}

function obey(scale: Scale, command: string): void {
	const [word = "", ...rest] = command.split(" ");
	if (/^(S|SI|SIR|@|Z|T)$/.test(word)) {
		scale.cancelPending();
		scale.cancelPending = () => {};
	}
	if (rest.length > 0 && word !== "TA") return say(scale, /^(S|SI|SIR|Z|ZI|T|TI|TAC|I[0-4]|@)$/.test(word) ? "EL" : "ES");
	switch (word) {
		case "S":
			return whenSettled(scale, "S", () => sayWeight(scale));
		case "SI":
			return sayWeight(scale);
		case "SIR":
			return repeat(scale);
		case "Z":
			return whenSettled(scale, "Z", () => setZero(scale, "Z", "A"));
		case "ZI":
			return setZero(scale, "ZI", look(scale).settled ? "S" : "D");
		case "T":
			return whenSettled(scale, "T", () => takeTare(scale, "T", true));
		case "TI":
			return takeTare(scale, "TI", look(scale).settled);
		case "TA":
			return presetTare(scale, rest.join(" "));
		case "TAC":
			scale.tare = 0;
			return say(scale, "TAC A");
		case "I0":
			return commands.forEach((known, at) => say(scale, `I0 ${at === commands.length - 1 ? "A" : "B"} ${known.level} "${known.word}"`));
		case "I1":
			return say(scale, 'I1 A "01" "2.30" "2.20" "" ""');
		case "I2":
			return say(scale, `I2 A "Gondola Shelf ${(scale.capacity / 1_000_000).toFixed(3)} kg"`);
		case "I3":
			return say(scale, 'I3 A "1.10 18.6.1.1361.772"');
		case "I4":
		case "@":
			if (word === "@") scale.tare = 0;
			return say(scale, `I4 A "${scale.settings.serialNumber}"`);
		default:
			return say(scale, "ES");
	}
}

const commands = [
	...["I0", "I1", "I2", "I3", "I4", "S", "SI", "SIR", "Z", "ZI", "@"].map((word) => ({ level: 0, word })),
	...["T", "TI", "TA", "TAC"].map((word) => ({ level: 1, word })),
];

function weightText(milligrams: number, division: number): string {
	const decimals = division % 1_000 === 0 ? 0 : division % 100 === 0 ? 1 : division % 10 === 0 ? 2 : 3;
	const grams = (milligrams / 1_000).toFixed(decimals).replace(/^-(0(?:\.0+)?)$/, "$1");
	return `${grams.padStart(10)} g`;
}
