import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { noteAct } from "../../access/box/act-notes.ts";
import { giveToOwnerOf } from "../../config/editing/config-file.ts";
import { takenOverFile } from "../../daemon/replica/taken-over.ts";
import type { EnrolmentAnswer } from "../../hq/enrolment/enrolment.ts";
import { boxKeyFile, readBox } from "../../trust/box.ts";
import { fingerprintOf, makeRequest } from "../../trust/certificates.ts";
import { type EnrolmentCode, readEnrolmentCode } from "../../trust/enrolment-code.ts";
import { checkKeyList, rootsDigest } from "../../trust/key-list.ts";
import { makeKey, publicPattern, readKeyFile, type SigningKey, writeKeyFile } from "../../trust/keys.ts";
import { signStatement } from "../../trust/signing.ts";
import { defined } from "../../words/defined.ts";
import { configFile } from "../verb/box.ts";
import { json } from "../verb/output.ts";
import { fail, read, say, type Verb } from "../verb/verb.ts";
import { type BoxConfig, type LineFiles, makeOwnedSecretsFolder, readBoxConfig, writeBoxConfig, writeBoxFiles } from "./box-files.ts";
import { NotPinned, pinnedPost } from "./pinned-post.ts";

const usage = `gondola enroll CODE [--config FILE] [--data DIR]
            makes this box the store's: with the code that "gondola hq enroll STORE" printed at head office.
            CODE may be - : then it is read from standard input

  --config FILE   default: $GONDOLA_CONFIG, or /etc/gondola/gondola.yaml; its hq section is written, comments stay
  --data DIR      where a new configuration shall keep the ledger and the secrets`;

/** The answer of head office. It is checked, because the code may be for another head office. */
const answerSchema = z.object({
	tenant: z.string().regex(/^[a-z0-9_-]{1,32}$/),
	store: z.string(),
	incarnation: z.int(),
	now: z.iso.datetime(),
	roots: z.object({ first: z.string().regex(publicPattern), second: z.string().regex(publicPattern), number: z.int().min(0).default(0) }),
	keyList: z.unknown(),
	ca: z.string().max(10_000),
	line: z.object({
		url: z.url({ protocol: /^(mqtt|mqtts|ws|wss)$/ }),
		username: z.string().max(100),
		password: z.string().max(200),
		ca: z.string().max(20_000).optional(),
		certificate: z.string().max(20_000).optional(),
	}),
});

const heardWithinMs = 20_000;

class EnrolmentFailed extends Error {}

export const enroll: Verb = {
	summary: "make this box a store's, with a code from head office",
	usage,
	async run(args) {
		const given = read(args, usage, { config: { type: "string" }, data: { type: "string" }, json: { type: "boolean" } });
		if (typeof given === "number") return given;
		const [word] = given.words;
		if (word === undefined || given.words.length > 1) return fail(2, usage);
		const code = readEnrolmentCode(word === "-" ? readFileSync(0, "utf8") : word);
		if ("fault" in code)
			return fail(
				1,
				code.fault === "code-unknown"
					? `this is no enrolment code; it begins with GE1. and comes from: gondola hq enroll STORE`
					: "the enrolment code is damaged; copy all of it once more",
			);
		const file = configFile(given.values.config);
		try {
			return await enrollBox(code, readBoxConfig(file, given.values.data), given.values.json === true);
		} catch (error) {
			if (error instanceof EnrolmentFailed || error instanceof NotPinned) return fail(1, error.message);
			throw error;
		}
	},
};

/** Enrols and writes the configuration. Throws EnrolmentFailed or NotPinned with a sentence; the configuration is as it was then. */
export async function enrollBox(code: EnrolmentCode, config: BoxConfig, asJson: boolean): Promise<number> {
	const { store } = code;
	if (config.store !== undefined && config.store !== store)
		throw new EnrolmentFailed(`${config.file} is of store ${config.store}, the code is for ${store}; nothing was changed.`);
	const { answer, files } = await enrollData(code, config.data);
	// Head office gave this box the store's place: it is not the one that was replaced.
	rmSync(takenOverFile(config.data), { force: true });
	noteAct(config.data, { act: "enrolled", subject: store, why: answer.line.url });
	writeBoxConfig(config, answer, files);

	const { probeLine } = await import("../../uplink/probe.ts");
	const { tenant, line } = answer;
	const credentials = { username: line.username, password: line.password, ...defined({ ca: line.ca }) };
	const heard = await probeLine({ url: line.url, tenant, store, credentials }, heardWithinMs);
	if ("why" in heard) {
		return fail(1, `store ${store} is enrolled and ${config.file} is written, but the line to head office is not open yet: ${heard.why}`);
	}
	const seconds = (heard.heardInMs / 1_000).toFixed(1);
	if (asJson) return json({ store, tenant, incarnation: answer.incarnation, config: config.file, heardInMs: Math.round(heard.heardInMs) });
	say(`store ${store} is enrolled; ${config.file} is written`);
	say(`HQ heard this box after ${seconds} s`);
	if (existsSync(join(config.data, "running.pid"))) say("The gateway runs with its old settings; restart it.");
	return 0;
}

/**
 * The part that needs no configuration: sends the claim to head office, checks the answer, and writes the secrets into the data directory.
 */
export async function enrollData(code: EnrolmentCode, data: string): Promise<{ answer: EnrolmentAnswer; files: LineFiles }> {
	const { store } = code;
	const before = readBox(data);
	if (before && (before.store !== store || rootsDigest([before.roots.first, before.roots.second]) !== code.rootsSha256))
		throw new EnrolmentFailed(`this box is store ${before.store} of another head office. Take its data away first; nothing was changed.`);
	const key = ownKey(data);
	const { request, key: lineKey } = await makeRequest(store);
	const claim = signStatement("gondola/enrolment/1", {}, { secret: code.secret, public: key.public, request }, key);
	const { url, body } = await ask(code, claim);
	const answer = checked(body, code, url);
	const files = writeBoxFiles(data, answer, lineKey);
	// Confirms the enrolment. Until then the code stays valid for this key, for ten minutes.
	const confirmed = signStatement("gondola/enrolment/1", { confirms: true }, { secret: code.secret, public: key.public }, key);
	await pinnedPost(new URL("/api/v1/enrolments/confirm", url), code.caSha256, confirmed).catch(() => {});
	return { answer, files };
}

/** The key is made before the claim is sent: when the answer is lost, the same key may send it again. */
function ownKey(data: string): SigningKey {
	makeOwnedSecretsFolder(data);
	const file = boxKeyFile(data);
	if (!existsSync(file)) {
		writeKeyFile(file, makeKey("store"));
		giveToOwnerOf(data, file);
	}
	return readKeyFile(file, "store");
}

async function ask(code: EnrolmentCode, claim: object): Promise<{ url: string; body: unknown }> {
	const unreached: string[] = [];
	for (const url of code.urls) {
		let answer: Awaited<ReturnType<typeof pinnedPost>>;
		try {
			answer = await pinnedPost(new URL("/api/v1/enrolments", url), code.caSha256, claim);
		} catch (error) {
			// An address with another authority is not sent the claim, and the failure is reported; the next address is not tried without
			// saying so.
			if (error instanceof NotPinned) throw error;
			unreached.push(`${url} (${(error as NodeJS.ErrnoException).code ?? (error as Error).message})`);
			continue;
		}
		if (answer.status === 201) return { url, body: answer.body };
		const { detail, title } = (answer.body ?? {}) as { detail?: string; title?: string };
		throw new EnrolmentFailed(`head office refused: ${detail ?? title ?? answer.status}`);
	}
	throw new EnrolmentFailed(`head office cannot be reached: ${unreached.join(", ")}. The code stays good; try again.`);
}

/**
 * Throws unless the answer fits the code: the store, the roots, and a key list signed by one of them. Over HTTPS the certificate was
 * checked against the code before the claim was sent; the answer's authority certifies the line's broker and may be another one.
 */
function checked(body: unknown, code: EnrolmentCode, url: string): EnrolmentAnswer {
	const read = answerSchema.safeParse(body);
	if (!read.success) throw new EnrolmentFailed("head office answered something else than an enrolment");
	const answer = read.data;
	const roots = [answer.roots.first, answer.roots.second];
	if (answer.store !== code.store) throw new EnrolmentFailed(`head office answered for store ${answer.store.slice(0, 32)}`);
	if (rootsDigest(roots) !== code.rootsSha256) throw new EnrolmentFailed("head office shows other root keys than the code names");
	if (new URL(url).protocol !== "https:" && fingerprintOf(answer.ca) !== code.caSha256)
		throw new EnrolmentFailed("head office shows another authority than the code names");
	const list = checkKeyList(answer.keyList, { tenant: answer.tenant, roots, current: undefined, now: undefined });
	if (list.kind === "refused") throw new EnrolmentFailed(`head office's key list is not right (${list.code})`);
	return { ...answer, keyList: list.list } as EnrolmentAnswer;
}
