import { defined } from "../../../words/defined.ts";
import type { FiscalReason, FiscalRequest, FiscalRules, FiscalSignature, FiscalState, FiscalView } from "../../../words/tills/fiscal.ts";
import type { Instant } from "../../../words/time.ts";
import type { Connection } from "../../file/open.ts";

/** A receipt that waits for its code. */
export interface FiscalPaper {
	id: string;
	document: string;
	printer?: string;
}

interface Row {
	seq: number;
	id: string;
	body: string;
	state: FiscalState;
	why: FiscalReason | null;
	detail: string | null;
	signature: string | null;
	paper: string | null;
	printed: 0 | 1;
	at: Instant;
}

export interface KeptFiscal {
	view: FiscalView;
	digest: string;
	paper: FiscalPaper | undefined;
}

function toKept({ body, state, why, detail, signature, paper, printed }: Row): KeptFiscal {
	const { digest, ...request } = JSON.parse(body) as FiscalRequest;
	const signed = signature === null ? undefined : (JSON.parse(signature) as FiscalSignature);
	const more = defined({ why: why ?? undefined, detail: detail ?? undefined, signature: signed });
	const late = state === "signed" && printed === 1 ? { late: true as const } : {};
	return { view: { ...request, state, ...more, ...late }, digest, paper: paper === null ? undefined : (JSON.parse(paper) as FiscalPaper) };
}

export function readFiscal(db: Connection) {
	const get = db.prepare<[string], Row>("SELECT * FROM fiscal WHERE id = ?");
	const waiting = db.prepare<[], Row>("SELECT * FROM fiscal WHERE state = 'waiting' ORDER BY seq LIMIT 100");
	const next = db.prepare<[], Row>("SELECT * FROM fiscal WHERE state IN ('waiting', 'missing') ORDER BY state = 'missing', seq LIMIT 1");
	const unsigned = db.prepare<[], { count: number; oldest: Instant | null }>(
		"SELECT count(*) AS count, min(at) AS oldest FROM fiscal WHERE state IN ('missing', 'refused')",
	);
	const page = db.prepare<[number, number], Row>("SELECT * FROM fiscal WHERE seq > ? ORDER BY seq LIMIT ?");
	const openPage = db.prepare<[number, number], Row>("SELECT * FROM fiscal WHERE state <> 'signed' AND seq > ? ORDER BY seq LIMIT ?");
	const seqOf = db.prepare<[string], { seq: number }>("SELECT seq FROM fiscal WHERE id = ?");
	const rules = db.prepare<[], { value: string }>("SELECT value FROM meta WHERE key = 'fiscal'");
	return {
		get(id: string): KeptFiscal | undefined {
			const row = get.get(id);
			return row && toKept(row);
		},
		/** Ids of requests whose paper waits, oldest first. */
		waiting: (): string[] => waiting.all().map(({ id }) => id),
		/** The request to sign next: one whose paper waits goes before those that went out without a code. */
		next(): FiscalRequest | undefined {
			const row = next.get();
			return row && (JSON.parse(row.body) as FiscalRequest);
		},
		/** Sales and refunds whose paper went out without a code and that are not signed since. */
		unsigned: (): { count: number; oldest: Instant | null } => unsigned.get()!,
		/** By age, after the one with this id; `open`: not signed yet. */
		list({ after, limit, open }: { after: string; limit: number; open: boolean }): FiscalView[] {
			const from = after === "" ? 0 : (seqOf.get(after)?.seq ?? Number.MAX_SAFE_INTEGER);
			return (open ? openPage : page).all(from, limit).map((row) => toKept(row).view);
		},
		/** Undefined: no device is configured. */
		rules(): FiscalRules | undefined {
			const row = rules.get();
			return row && (JSON.parse(row.value) as FiscalRules);
		},
	};
}

export function writeFiscal(db: Connection) {
	const add = db.prepare("INSERT INTO fiscal (id, body, state, paper, printed, at) VALUES (?, ?, 'waiting', ?, 0, ?)");
	const addPaper = db.prepare("UPDATE fiscal SET paper = ? WHERE id = ?");
	const sign = db.prepare("UPDATE fiscal SET state = 'signed', signature = ?, paper = NULL, decided = ? WHERE id = ?");
	const leave = db.prepare("UPDATE fiscal SET state = ?, why = ?, detail = ?, paper = NULL, printed = 1, decided = ? WHERE id = ?");
	const again = db.prepare("UPDATE fiscal SET state = 'missing' WHERE id = ?");
	const forget = db.prepare("DELETE FROM fiscal WHERE seq IN (SELECT seq FROM fiscal WHERE state = 'signed' AND decided < ? LIMIT 20)");
	const putRules = db.prepare("INSERT INTO meta (key, value) VALUES ('fiscal', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value");
	const dropRules = db.prepare("DELETE FROM meta WHERE key = 'fiscal'");
	return {
		add: (request: FiscalRequest, paper: FiscalPaper | undefined): void =>
			void add.run(request.id, JSON.stringify(request), paper === undefined ? null : JSON.stringify(paper), request.at),
		addPaper: (id: string, paper: FiscalPaper): void => void addPaper.run(JSON.stringify(paper), id),
		sign: (id: string, signature: FiscalSignature, now: Instant): void => void sign.run(JSON.stringify(signature), now, id),
		/** The paper of the request goes out without a code. */
		leave: (id: string, state: "missing" | "refused", why: FiscalReason, detail: string | null, now: Instant): void =>
			void leave.run(state, why, detail, now, id),
		/** A refused request is sent to the device again. */
		again: (id: string): void => void again.run(id),
		/** Drops signed requests, a few at a time; their signatures are in the facts. */
		forgetBefore: (at: Instant): void => void forget.run(at),
		keepRules: (rules: FiscalRules | undefined): void => void (rules ? putRules.run(JSON.stringify(rules)) : dropRules.run()),
	};
}
