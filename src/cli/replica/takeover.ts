import { chownSync, existsSync, lstatSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { parseDocument } from "yaml";
import { noteAct } from "../../access/box/act-notes.ts";
import { makeDirectory } from "../../access/files/make-directory.ts";
import { replaceConfig } from "../../config/editing/config-file.ts";
import { takenOverFile } from "../../daemon/replica/taken-over.ts";
import { flows } from "../../flows/flows.ts";
import { type CopiedLedger, checkCopiedLedger } from "../../ledger/copy/copied-ledger.ts";
import { createWriter } from "../../ledger/ledger.ts";
import { CopyRefused, type CopyState, lastHeard, markTakenOver, unmarkTakenOver } from "../../replica/copy-folder.ts";
import { copyToTake, fetchCopy, takeSideFiles } from "../../replica/take-copy.ts";
import { type EnrolmentCode, readEnrolmentCode } from "../../trust/enrolment-code.ts";
import { readBoxConfig, writeBoxConfig } from "../enrolment/box-files.ts";
import { enrollData } from "../enrolment/enroll.ts";
import { configFile } from "../verb/box.ts";
import { ago, json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";

const usage = `gondola takeover --from FOLDER [--code CODE] [--data DIR] [--config FILE]
            this box takes the place of one that died: from its copy, stock, sessions, grants and receipts as they were.
            The old box, should it come back, acknowledges nothing any more. Then start this one: gondola run

  --from FOLDER   where \`replica:\` of the old box kept its copy: the network folder, or the folder of \`gondola replica serve\`
  --code CODE     from \`gondola hq enroll STORE --again\`: head office fences the old box. Without it only the copy does
  --data DIR      the data directory of this box; it must hold no ledger yet
  --config FILE   default: $GONDOLA_CONFIG, or /etc/gondola/gondola.yaml; where there is none, the old box's is written
  --json          the answer as JSON`;

export const takeover: Verb = {
	summary: "this spare takes the place of a box that died",
	usage,
	async run(args) {
		const given = read(args, usage, {
			from: { type: "string" },
			code: { type: "string" },
			data: { type: "string" },
			config: { type: "string" },
			json: { type: "boolean" },
		});
		if (typeof given === "number") return given;
		const { from, code, data, config, json: asJson } = given.values;
		if (from === undefined || given.words.length > 0) return fail(2, `name the copy.\n${usage}`);
		const enrolment = code === undefined ? undefined : readEnrolmentCode(code);
		if (enrolment && "fault" in enrolment)
			return fail(1, "this is no whole enrolment code; it begins with GE1. and comes from: gondola hq enroll STORE --again");
		process.umask(0o077);
		try {
			const done = await takeOver({ from: resolve(from), enrolment, data, config: configFile(config) });
			if (asJson === true) return json(done);
			for (const sentence of inWords(done)) say(sentence);
			return 0;
		} catch (error) {
			return fail(1, (error as Error).message);
		}
	},
};

interface Order {
	from: string;
	enrolment: EnrolmentCode | undefined;
	data: string | undefined;
	config: string;
}

interface Done extends Omit<CopiedLedger, "queued"> {
	data: string;
	config: string;
	/** When the old box last spoke to the copy. */
	heardAt: string | null;
	mode: CopyState["mode"];
	whenAway: CopyState["whenAway"];
	/** How many answers of the old box may be missing here at most, where it was connected to the copy when it died. */
	lostAtMost: number;
	/** Receipts that waited and are in doubt: the old box may have printed them after it lost the copy. */
	doubted: string[];
	/** Null without a code. */
	incarnation: number | null;
	configWritten: boolean;
	tookMs: number;
}

/** Throws a sentence; then this box is as it was, and so is the copy. */
async function takeOver({ from, enrolment, data: named, config: file }: Order): Promise<Done> {
	const began = performance.now();
	const copy = copyToTake(from);
	const box = configOf(file, named, copy, from);
	const { data } = box.config;
	if (existsSync(join(data, "ledger.db")))
		throw new CopyRefused(
			`${data} holds a ledger already; a spare has none. Name another directory with --data, or clear it: gondola reset`,
		);
	if (enrolment && enrolment.store !== copy.store)
		throw new CopyRefused(`the code is for store ${enrolment.store}, the copy is of ${copy.store}; nothing was changed.`);
	makeDirectory(data);
	const heardAt = lastHeard(from) ?? null;
	// Whatever the copy acknowledged before this mark is in it; after it, it acknowledges nothing.
	markTakenOver(from, { at: new Date().toISOString(), by: hostname() });
	let found: CopiedLedger;
	let enrolled: Awaited<ReturnType<typeof enrollData>> | undefined;
	try {
		found = fetchCopy(from, copy.file, data, (room) => {
			const counted = checkCopiedLedger(room);
			if (counted.store !== "" && counted.store !== copy.store) throw new CopyRefused(`the copy's ledger is of store ${counted.store}`);
			return counted;
		});
		enrolled = enrolment && (await enrollData(enrolment, data));
	} catch (error) {
		unmarkTakenOver(from);
		for (const tail of ["", "-wal", "-shm"]) rmSync(join(data, `ledger.db${tail}`), { force: true });
		throw error;
	}
	const doubted = copy.whenAway === "refuse" ? [] : found.queued;
	rmSync(takenOverFile(data), { force: true });
	beginFork(data, doubted);
	takeSideFiles(from, data);
	if (box.isNew) replaceConfig(file, data, box.config.text!);
	if (enrolled) writeBoxConfig(readBoxConfig(file, box.isNew ? undefined : named), enrolled.answer, enrolled.files);
	noteAct(data, { act: "takeover", subject: copy.store, why: from });
	giveAllToOwner(data);
	const { queued: _, ...counted } = found;
	return {
		...{ ...counted, store: copy.store, data, config: file, heardAt, mode: copy.mode, whenAway: copy.whenAway },
		lostAtMost: copy.mode === "sync" ? 0 : copy.aheadMost,
		...{ doubted, incarnation: enrolled?.answer.incarnation ?? null, configWritten: box.isNew },
		tookMs: Math.round(performance.now() - began),
	};
}

interface SpareConfig {
	config: ReturnType<typeof readBoxConfig>;
	/** There is none on this box yet: the old box's is written, without its copy and with this box's data directory. */
	isNew: boolean;
}

function configOf(file: string, data: string | undefined, copy: CopyState, from: string): SpareConfig {
	const config = readBoxConfig(file, data);
	if (config.store !== undefined && config.store !== copy.store)
		throw new CopyRefused(`${file} is of store ${config.store}, the copy is of ${copy.store}; nothing was changed.`);
	if (config.text !== undefined) return { config, isNew: false };
	const old = join(from, "gondola.yaml");
	const document = parseDocument(existsSync(old) ? readFileSync(old, "utf8") : `store: "${copy.store}"\ntenant: ${copy.tenant}\n`);
	document.commentBefore = " Written by gondola takeover, from the box that was replaced. config/REFERENCE.md has every setting.";
	document.delete("replica");
	document.deleteIn(["broker", "accountsFile"]);
	const usual = data ?? String(document.get("data") ?? "/var/lib/gondola");
	document.set("data", resolve(usual));
	return { config: { ...config, text: document.toString({ lineWidth: 0 }), store: copy.store, data: resolve(usual) }, isNew: true };
}

/** Facts go up to head office as a fork of the old box's history; receipts that may be on paper already are asked about. */
function beginFork(data: string, doubted: readonly string[]): void {
	const writer = createWriter(data, flows);
	try {
		const now = { wall: new Date().toISOString(), boot: "takeover", monoMs: 0, quality: "guess" } as const;
		const calls = [
			{ flow: "openUpEpoch", args: { why: "takeover" } },
			...doubted.flatMap((id) => [
				{ flow: "startPrint", args: { id } },
				{ flow: "recordInDoubt", args: { id, why: "taken-over" } },
			]),
		];
		const { answers } = writer.run(calls.map((call, n) => ({ n, ...call, now })));
		const refused = answers.find((answer) => !answer.ok);
		if (refused && !refused.ok) throw new CopyRefused(refused.message);
	} finally {
		writer.close();
	}
}

/** The gateway runs as the owner of its data directory, and could not write files of root's. */
function giveAllToOwner(data: string): void {
	if (process.getuid?.() !== 0) return;
	const { uid, gid } = statSync(data);
	for (const name of readdirSync(data)) if (lstatSync(join(data, name)).isFile()) chownSync(join(data, name), uid, gid);
}

function inWords(done: Done): string[] {
	const { printing = 0, "in-doubt": before = 0, queued = 0 } = done.receipts;
	const inDoubt = before + printing + done.doubted.length;
	const waiting = queued - done.doubted.length;
	const last =
		done.heardAt === null ? "it is not known when the old box last spoke to it" : `the old box last spoke to it ${ago(done.heardAt)}`;
	return [
		`This box has store ${done.store} now: ${done.events} events, the stock of ${done.articlesInStock} articles, ${done.grants} grants, ` +
			`${done.sessions} MQTT sessions. It took ${(done.tookMs / 1_000).toFixed(1)} s.`,
		`The copy is whole: pages, chains and stock were checked; ${last}.`,
		...(done.lostAtMost > 0
			? [`At most ${done.lostAtMost} answers that the old box gave just before it died may be missing here.`]
			: ["Everything that the old box acknowledged while it was in touch with the copy is here."]),
		...(done.whenAway === "go-on"
			? ["What it acknowledged after it lost the copy (its red alarm replica-behind says so) is not here: compare the tills' journals."]
			: []),
		`Receipts: ${inDoubt} in doubt, ${waiting} waiting.` +
			`${inDoubt > 0 ? " Look at the paper, then settle each: they may have been printed, and are never printed again by themselves." : ""}`,
		done.incarnation === null
			? "The old box is fenced by the copy alone: it acknowledges nothing once it reaches it. Keep it switched off. With head office: --code."
			: `Head office fenced the old box; this one is number ${done.incarnation} in its place.`,
		`${done.configWritten ? `${done.config} was written from the old box's; check the devices in it. ` : ""}Start this box: gondola run`,
	];
}
