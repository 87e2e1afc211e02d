import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { offerRails, offerRelease, signedRails, signedRelease } from "../../../src/hq/catalog/life/approval.ts";
import { putSetting } from "../../../src/hq/stores/settings.ts";
import { signApprovers } from "../../../src/trust/approvers.ts";
import { signKeyList } from "../../../src/trust/key-list.ts";
import { makeKey } from "../../../src/trust/keys.ts";
import { signStatement } from "../../../src/trust/signing.ts";
import { openStoreTrust } from "../../../src/trust/store-trust.ts";
import { canonicalText } from "../../../src/words/basics/canonical-text.ts";
import { authenticator } from "../../support/authenticator.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openPair, type Pair } from "./pair.ts";

const by = (name: string) => ({ kind: "user" as const, name });
const [first, second, line, boxKey] = [makeKey("root"), makeKey("root"), makeKey("line"), makeKey("store")];
const at = "2020-01-01T00:00:00.000Z";
const site = "hq.shops.example";
const vera = authenticator(() => `https://${site}`);
const key = {
	...{ id: vera.id, person: "vera", site, alg: "ES256" as const },
	public: createPublicKey(vera.privateKey).export({ type: "spki", format: "der" }).toString("base64url"),
};
const approvers = signApprovers({ tenant: "t", version: 1, issuedAt: at, demanded: true, keys: [key] }, first);
const list = signKeyList(
	{
		...{ tenant: "t", version: 1, issuedAt: at, expires: "2099-01-01T00:00:00.000Z" },
		keys: [{ kid: line.kid, public: line.public, role: "line", notBefore: at }],
	},
	first,
);

/** Head office's own look at prices failed, or somebody has its line key. */
describe("a store that demands an approver's signature", { timeout: 120_000 }, () => {
	const root = mkdtempSync(join(tmpdir(), "gondola-approver-"));
	let pair: Pair;
	let box: Box;
	const now = () => new Date().toISOString();
	const charged = () => box.writer.book.prices.effective("a", now())?.amountMinor;
	const position = () => box.ledger.read.link.dn("catalog")?.position ?? 0;
	const activate = () => box.do("activateDue", {});
	const follows = async (act: () => Promise<unknown>) => {
		const before = position();
		await act();
		await eventually(() => expect(position()).toBeGreaterThan(before));
		activate();
	};
	const push = (id: string, amountMinor: number, author: string | undefined = "pia") =>
		follows(() =>
			pair.hq.acceptPush({
				...{ id, stores: "all", rejected: [], ...(author !== "hq" && { by: by(author) }) },
				changes: [{ sku: "a", amountMinor, currency: "EUR", kind: "regular", article: { name: "Article a" } }],
			}),
		);
	const signed = async (id: string, lies: Parameters<typeof vera.get>[1] = {}) => {
		const { at, terms } = await pair.hq.releaseTerms(id, by("vera"));
		const who = { tenant: "t", list: approvers, person: "vera" };
		const { publicKey } = offerRelease(id, at, terms, who, site) as { publicKey: { challenge: string } };
		const { response } = vera.get(publicKey.challenge, { rpId: site, ...lies });
		return signedRelease(id, { at, assertion: { id: vera.id, ...response } }, who, now());
	};
	const reasons = () => box.writer.book.priceHolds.of("a").flatMap((held) => held.reasons.map(({ code }) => code));
	beforeAll(async () => {
		pair = await openPair("s1", undefined, {
			signer: () => line,
			hq: {
				...{ tenant: "t", trustForMs: 8 * 86_400_000, list: () => list, successors: () => [], approvers: () => approvers },
				sign: (domain, store, statement) => signStatement(domain, { tenant: "t", store }, statement, line),
				signLeap: (store, batch) => signStatement("gondola/leap/1", { tenant: "t", store }, batch, line),
			},
			store: (store) => {
				const roots = { first: first.public, second: second.public, number: 0 };
				return openStoreTrust({ tenant: "t", store, roots, keyList: list, enrolledAt: at, key: boxKey }, () => {});
			},
		});
		await pair.db.query("INSERT INTO store_key (kid, store, public, inc, enrolled_at) VALUES ($1, 's1', $2, 1, $3)", [
			boxKey.kid,
			boxKey.public,
			at,
		]);
		box = pair.box(join(root, "box"));
		await push("first", 100);
		await eventually(() => expect(String(box.writer.book.settings.value("guardRails"))).toContain('"EUR"'));
		await pair.db.query(
			"INSERT INTO guard_rails (store, rails, proposed_by, proposed_at, approved_by, approved_at) VALUES ('', $1, 'x', $2, 'y', $2)",
			[JSON.stringify({ maxRisePercent: null, maxCutPercent: null, minAmountMinor: null }), now()],
		);
		await pair.db.query("UPDATE rails_told SET rails = $1", [canonicalText({ clearance: { maxCutPercent: 90 }, currencies: ["EUR"] })]);
	}, 120_000);
	afterAll(async () => {
		await pair.close();
		rmSync(root, { recursive: true, force: true });
	});

	it("goes on holding what head office releases by its own word, and says why", async () => {
		await push("cheap", 1);
		expect([charged(), reasons()]).toEqual([100, ["cut"]]);
		await eventually(async () => expect(await pair.hq.push("cheap")).toMatchObject({ state: "held" }));
		await follows(() => pair.hq.releasePush("cheap", by("vera")));
		expect([charged(), reasons()]).toEqual([100, ["unapproved", "cut"]]);
		await eventually(async () =>
			expect(await pair.hq.push("cheap")).toMatchObject({
				state: "held",
				heldReasons: [{ sku: "a", store: "s1", code: "unapproved" }, { code: "cut" }],
			}),
		);
	});

	it("takes no signature of another key, person or site for it, and no older one", async () => {
		for (const lies of [{ by: authenticator(() => "") }, { origin: "https://evil.example" }, { rpId: "evil.example" }, { flags: 0x01 }])
			await expect(signed("cheap", lies).then((by_) => pair.hq.releasePush("cheap", by("vera"), by_))).rejects.toMatchObject({
				code: "approval-refused",
			});
		expect(charged()).toBe(100);
	});

	it("lets it count when the approver's own passkey signed exactly that", async () => {
		const release = await signed("cheap");
		await follows(() => pair.hq.releasePush("cheap", by("vera"), release));
		expect([charged(), reasons()]).toEqual([1, []]);
	});

	it("judges a price that comes as released without a signature, but not one that it charged before", async () => {
		await push("thief", 900, "hq");
		expect([charged(), reasons()]).toEqual([1, ["unapproved", "rise"]]);
		await push("back", 100, "hq");
		expect(charged()).toBe(100);
	});

	const rails = () => JSON.parse(String(box.writer.book.settings.value("guardRails"))) as Record<string, unknown>;
	const refused = async () =>
		(await pair.hq.facts("s1", { after: 0, limit: 1_000, type: "record.refused" })).map((fact) => (fact as { code?: string }).code);
	const put = (name: string, value: string | null, approval?: object) =>
		tell(async () => {
			await pair.db.transaction((tx) => putSetting(tx, "s1", name, value, approval));
			pair.session().news("config");
		});
	const configAt = () => box.ledger.read.link.dn("config")?.position ?? 0;
	const tell = async (act: () => Promise<unknown>) => {
		const before = configAt();
		await act();
		await eventually(() => expect(configAt()).toBeGreaterThan(before));
	};
	const proposed = async (change: object) => (await pair.hq.proposeRails(undefined, change, by("pia"))).proposal;
	const approved = async (proposal: number, lies: Parameters<typeof vera.get>[1] = {}) => {
		const { at, terms } = await pair.hq.railsTerms(proposal, by("vera"));
		const who = { tenant: "t", list: approvers, person: "vera" };
		const { publicKey } = offerRails(proposal, at, terms, who, site) as { publicKey: { challenge: string } };
		const { response } = vera.get(publicKey.challenge, { rpId: site, ...lies });
		return signedRails(proposal, { at, assertion: { id: vera.id, ...response } }, who, now());
	};

	it("takes narrower guard rails by head office's word, and wider ones with an approver's signature only", async () => {
		const narrow = await proposed({ maxRisePercent: 50, maxCutPercent: 70, minAmountMinor: 1 });
		await tell(() => pair.hq.approveRails(narrow, by("vera")));
		await eventually(async () => expect([rails()["maxRisePercent"], await refused()]).toEqual([50, []]));

		const wide = await proposed({ maxRisePercent: null, maxCutPercent: null, minAmountMinor: null });
		await tell(() => pair.hq.approveRails(wide, by("vera")));
		await eventually(async () => expect([rails()["maxRisePercent"], await refused()]).toEqual([50, ["rails-unapproved"]]));

		const signedWide = await proposed({ maxRisePercent: 300 });
		for (const lies of [{ by: authenticator(() => "") }, { origin: "https://evil.example" }, { flags: 0x01 }])
			await expect(approved(signedWide, lies).then((it) => pair.hq.approveRails(signedWide, by("vera"), it))).rejects.toMatchObject({
				code: "approval-refused",
			});
		const signature = await approved(signedWide);
		await tell(() => pair.hq.approveRails(signedWide, by("vera"), signature));
		await eventually(async () => expect([rails()["maxRisePercent"], await refused()]).toEqual([300, ["rails-unapproved"]]));
	});

	it("does not take wider rails again by a signature that newer rails followed, nor the time of a signature from head office", async () => {
		const [old] = await pair.db.query<{ body: string }>(
			"SELECT body FROM record WHERE body LIKE '%\"approval\"%' AND body LIKE '%guardRails%' ORDER BY n DESC LIMIT 1",
		);
		const again = JSON.parse(old!.body) as { setting: { value: string }; approval: object };
		const narrow = await proposed({ maxRisePercent: 20 });
		const signature = await approved(narrow);
		await tell(() => pair.hq.approveRails(narrow, by("vera"), signature));
		expect(rails()["maxRisePercent"]).toBe(20);
		await put("guardRailsApprovedAt", "1970-01-01T00:00:00.000Z");
		await put("guardRails", again.setting.value, again.approval);
		await put("guardRails", null);
		await eventually(async () =>
			expect([rails()["maxRisePercent"], await refused()]).toEqual([20, ["rails-unapproved", "rails-unapproved", "rails-unapproved"]]),
		);
	});

	it("comes to the same in a box that begins anew", async () => {
		const [last, held] = [position(), reasons()];
		box.stop();
		box = pair.box(join(root, "fresh"));
		await eventually(() => expect(position()).toBe(last));
		activate();
		expect([charged(), reasons()]).toEqual([100, held]);
	});
});
