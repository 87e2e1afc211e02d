/** `gondola setup`: the first questions of a box, in a terminal. Only a person starts it; the gateway never does. */
import { readFileSync } from "node:fs";
import { isMap, isSeq, parseDocument } from "yaml";
import { scaleProtocolNames } from "../../../drivers/scale/protocols.ts";
import { noteAct } from "../../access/box/act-notes.ts";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { replaceConfig } from "../../config/editing/config-file.ts";
import { faultsOf } from "../../config/editing/path.ts";
import { keepVersions, readVersions, withVersion } from "../../config/editing/versions.ts";
import { timeZoneOfThisBox } from "../../daemon/clock.ts";
import { readBox } from "../../trust/box.ts";
import { type EnrolmentCode, readEnrolmentCode } from "../../trust/enrolment-code.ts";
import { isTimeZone } from "../../words/time.ts";
import { type BoxConfig, readBoxConfig } from "../enrolment/box-files.ts";
import { enrollBox } from "../enrolment/enroll.ts";
import { configFile } from "../verb/box.ts";
import { fail, say as print, read, type Verb } from "../verb/verb.ts";
import { type Asker, NotFinished, openAsker } from "./asker.ts";
import { type FoundDevice, foundDevices } from "./found-devices.ts";
import { type Say, wordsOf } from "./words.ts";

const usage = `gondola setup [--config FILE] [--data DIR]: asks language, store, time zone, head office's code, and what is plugged in

  --config FILE   default: $GONDOLA_CONFIG, or /etc/gondola/gondola.yaml; what stands there is offered as the answer, comments stay
  --data DIR      where a new configuration shall keep the ledger and the secrets`;

interface Answers {
	locale: string;
	store: string;
	timeZone: string;
	code: EnrolmentCode | undefined;
	devices: { id: string; family: string; protocol: string; port: string }[];
}

export const setup: Verb = {
	summary: "the first questions of a box: language, store, head office, devices",
	usage,
	async run(args) {
		const given = read(args, usage, { config: { type: "string" }, data: { type: "string" } });
		if (typeof given === "number") return given;
		if (given.words.length > 0) return fail(2, usage);
		const config = readBoxConfig(configFile(given.values.config), given.values.data);
		const asker = openAsker(process.stdin, process.stderr);
		try {
			const answers = await ask(asker, config);
			return await apply(config, answers, wordsOf(answers.locale));
		} catch (error) {
			if (error instanceof NotFinished) return fail(1, wordsOf("en")("unfinished"));
			throw error;
		} finally {
			asker.close();
		}
	},
};

/** The value of a setting in the file, as text; "" where it has none. */
function saidIn({ text }: BoxConfig, name: string): string {
	const value: unknown = parseDocument(text ?? "").get(name);
	return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

async function ask(asker: Asker, config: BoxConfig): Promise<Answers> {
	const locale = await askRight(asker, "Language / 语言: en, zh-CN, de, hr …", saidIn(config, "locale") || "en", (text) =>
		/^[a-z]{2}(-[A-Za-z]{2,4})?$/.test(text) ? undefined : "en, zh-CN, de, hr",
	);
	const say = wordsOf(locale);
	asker.say(say("begin"));
	if (config.store !== undefined) asker.say(say("already", config.store));
	const wrong = (why: string): string => say("wrong", why);
	const store = await askRight(asker, say("store"), config.store ?? "", (text) =>
		/^[a-z0-9_-]{1,32}$/.test(text) ? undefined : wrong("a-z 0-9 _ -, 1-32"),
	);
	const timeZone = await askRight(asker, say("timeZone"), saidIn(config, "timeZone") || timeZoneOfThisBox(), (text) =>
		isTimeZone(text) ? undefined : wrong(text),
	);
	const code = await askCode(asker, say, store, config);
	return { locale, store, timeZone, code, devices: await askDevices(asker, say, config) };
}

async function askRight(asker: Asker, question: string, usual: string, faultOf: (text: string) => string | undefined): Promise<string> {
	for (;;) {
		const answer = await asker.ask(question, usual);
		const fault = faultOf(answer);
		if (fault === undefined) return answer;
		asker.say(fault);
	}
}

async function askCode(asker: Asker, say: Say, store: string, config: BoxConfig): Promise<EnrolmentCode | undefined> {
	const enrolled = readBox(config.data)?.store;
	const question = enrolled === undefined ? say("code") : say("enrolled", enrolled);
	for (;;) {
		const answer = await asker.ask(question, "");
		if (answer === "") return undefined;
		const code = readEnrolmentCode(answer);
		if ("fault" in code) asker.say(say("codeWrong"));
		else if (code.store !== store) asker.say(say("codeOther", code.store, store));
		else return code;
	}
}

async function askDevices(asker: Asker, say: Say, config: BoxConfig): Promise<Answers["devices"]> {
	const known = devicesIn(config);
	const found = foundDevices(
		"/",
		known.flatMap(({ port }) => (port === undefined ? [] : [port])),
	);
	if (found.length === 0) asker.say(say("noDevices"));
	const ids = new Set(known.map(({ id }) => id));
	const devices: Answers["devices"] = [];
	for (const device of found) {
		const chosen = await askDevice(asker, say, device);
		if (chosen === undefined) continue;
		let n = 1;
		while (ids.has(`${chosen.family}-${n}`)) n += 1;
		ids.add(`${chosen.family}-${n}`);
		devices.push({ id: `${chosen.family}-${n}`, ...chosen, port: device.port });
	}
	return devices;
}

async function askDevice(
	asker: Asker,
	say: Say,
	{ port, name, guess, protocol }: FoundDevice,
): Promise<{ family: string; protocol: string } | undefined> {
	const families = ["scanner", "scale", "printer", "skip"];
	const family = await askRight(asker, say("found", name, port), guess, (text) =>
		families.includes(text) ? undefined : families.join(", "),
	);
	if (family === "skip") return undefined;
	const usual: Readonly<Record<string, string>> = { scanner: "serial", scale: "mt-sics", printer: "esc-pos", [guess]: protocol };
	if (family !== "scale") return { family, protocol: usual[family]! };
	const names: readonly string[] = scaleProtocolNames;
	const chosen = await askRight(asker, say("protocol", names.join(", ")), usual["scale"]!, (text) =>
		names.includes(text) ? undefined : names.join(", "),
	);
	return { family, protocol: chosen };
}

function devicesIn({ text }: BoxConfig): { id: string; port: string | undefined }[] {
	const list = parseDocument(text ?? "").get("devices");
	if (!isSeq(list)) return [];
	return list.items.flatMap((item) => {
		if (!isMap(item)) return [];
		const port: unknown = item.get("port");
		return [{ id: String(item.get("id")), port: typeof port === "string" ? port : undefined }];
	});
}

/** Writes the configuration first: if head office cannot be reached afterwards, the configuration stays. */
async function apply(config: BoxConfig, answers: Answers, say: Say): Promise<number> {
	const text = withAnswers(config, answers);
	const old = new Set(config.text === undefined ? [] : faultsOf(config.text));
	const faults = faultsOf(text).filter((fault) => !old.has(fault));
	if (faults.length > 0) return fail(1, `${faults.join("\n  ")}\nNothing was changed.`);
	const isChanged = text !== config.text;
	if (isChanged) write(config, text);
	print(isChanged ? say("written", config.file, answers.store, devicesIn({ ...config, text }).length) : say("same", config.file));
	const { code } = answers;
	const isEnrolled = readBox(config.data) !== undefined;
	if (code === undefined && !isEnrolled) print(say("alone"));
	let exit = 0;
	if (code !== undefined) {
		try {
			exit = await enrollBox(code, readBoxConfig(config.file, config.data), false);
		} catch (error) {
			exit = fail(1, say("notYet", (error as Error).message));
		}
	}
	print(say("next"));
	return exit;
}

function withAnswers({ text, data }: BoxConfig, { locale, store, timeZone, devices }: Answers): string {
	const document = parseDocument(text ?? "");
	if (text === undefined) document.commentBefore = " Written by gondola setup. `gondola config reference` lists every setting.";
	for (const [name, value] of Object.entries({ store, locale, timeZone }))
		if (String(document.get(name) ?? "") !== value) document.set(name, value);
	if (text === undefined) document.set("data", data);
	if (devices.length > 0 && !isSeq(document.get("devices"))) document.set("devices", document.createNode([]));
	for (const device of devices) document.addIn(["devices"], document.createNode(device));
	return document.toString({ lineWidth: 0 });
}

function write({ file, data, text: before }: BoxConfig, text: string): void {
	makeDirectory(data, 0o700);
	if (before !== undefined) keepVersions(file, withVersion(readVersions(file, before), text, "gondola setup"), data);
	replaceConfig(file, data, text);
	noteAct(data, { act: "setup", subject: file });
	// Synced to disk, so that the next reader finds the whole file.
	if (readFileSync(file, "utf8") !== text) throw new Error(`${file} was not written whole; the disk may be full.`);
}
