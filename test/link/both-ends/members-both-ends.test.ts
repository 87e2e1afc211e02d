import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCode } from "../../../src/hq/members/members.ts";
import { makeKey, type SigningKey } from "../../../src/trust/keys.ts";
import { memberDigest } from "../../../src/words/members/member.ts";
import { moment } from "../../support/store.ts";
import { eventually } from "../../support/until.ts";
import { type Box, openTwoStores, type Pair } from "./pair.ts";

describe("members, at both ends of the line", () => {
	const secret = Buffer.alloc(32, 7);
	let cut: Set<string>;
	let close: () => Promise<void>;
	let pair: Pair;
	let boxes: [Box, Box];
	let key: SigningKey;
	beforeAll(async () => {
		({ pair, boxes, cut, close } = await openTwoStores());
		key = makeKey("member");
		await pair.hq.sendMemberKey(key);
		await eventually(() => {
			for (const box of boxes) expect(box.writer.book.members.keys()).toHaveLength(1);
		});
	}, 120_000);
	afterAll(() => close());

	const codeFor = async (member: string): Promise<string> =>
		makeCode({ key, secret }, { pseudonym: await pair.hq.pseudonymOf(member, secret), tier: "gold" }, new Date().toISOString()).code;
	const present = (box: Box, code: string): string => {
		const [answer] = box.writer.run([{ n: 1, flow: "presentMember", args: { code }, now: moment(new Date().toISOString()) }]).answers;
		return answer!.ok ? "taken" : answer!.code;
	};
	const present2 = (box: Box, code: string): unknown => box.do("presentMember", { code });

	it("a code that one store took is refused in the other; cut off, both take it and head office says so", async () => {
		const code = await codeFor("ana");
		expect(present2(boxes[0], code)).toMatchObject({ tier: "gold" });
		await eventually(() => expect(boxes[1].writer.book.memberCare.isTakenElsewhere(idOf(boxes[0]))).toBe(true));
		expect(present(boxes[1], code)).toBe("member-code-used");

		cut.add("s1").add("s2");
		const other = await codeFor("ana");
		present2(boxes[0], other);
		present2(boxes[1], other);
		cut.clear();
		await eventually(async () => {
			const alarms = await pair.hq.standingAlarms({ each: 20, most: 200 });
			expect(alarms.filter(({ code }) => code === "member-code-twice")).toHaveLength(1);
		});
	}, 120_000);

	const idOf = (box: Box): string => {
		const facts = box.writer.book.events.after(0, 1_000).filter((event) => event.type === "member.presented");
		return (facts.at(-1) as { codeId: string }).codeId;
	};

	it("a member enrolled while the line is cut is confirmed later; the same id in another store is refused there", async () => {
		cut.add("s1").add("s2");
		boxes[0].do("enrolMember", { id: "card-9", tier: "gold", pseudonym: "random-from-s1-000000" });
		cut.clear();
		await eventually(() => expect(boxes[0].writer.book.memberCare.enrolment("card-9")).toMatchObject({ state: "confirmed" }));
		boxes[1].do("enrolMember", { id: "card-9", tier: "silver", pseudonym: "random-from-s2-000000" });
		await eventually(() => expect(boxes[1].writer.book.memberCare.enrolment("card-9")).toMatchObject({ state: "refused" }));
		expect(await pair.hq.enrolledAs("card-9")).toEqual({ pseudonym: "random-from-s1-000000", tier: "gold" });
		await expect(pair.hq.enrolledAs("card-10")).rejects.toMatchObject({ code: "member-unknown" });
	}, 120_000);

	it("an erased member is forgotten at both ends, each store says so once it hears, and the name gets a new pseudonym", async () => {
		const pseudonym = await pair.hq.pseudonymOf("bea", secret);
		expect(await pair.hq.pseudonymOf("bea", secret)).toBe(pseudonym);
		cut.add("s2");
		const { erasure, created } = await pair.hq.eraseMember({ id: "e-1", pseudonym }, "user:ana");
		expect([created, erasure.member, erasure.removed.members]).toEqual([true, memberDigest(pseudonym), 1]);
		expect(await pair.hq.eraseMember({ id: "e-1", pseudonym }, "user:ana")).toMatchObject({ created: false });
		await expect(pair.hq.eraseMember({ id: "e-1", pseudonym: "another-pseudonym" }, "user:ana")).rejects.toMatchObject({
			code: "erasure-differs",
		});
		const saidBy = async (): Promise<string[]> =>
			(await pair.hq.erasure("e-1")).stores.filter(({ at }) => at !== null).map(({ store }) => store);
		await eventually(async () => expect(await saidBy()).toEqual(["s1"]));
		cut.clear();
		await eventually(async () => expect(await saidBy()).toEqual(["s1", "s2"]));
		expect(await pair.hq.pseudonymOf("bea", secret)).not.toBe(pseudonym);
		expect(JSON.stringify(await pair.hq.erasure("e-1"))).not.toContain(pseudonym);
	}, 120_000);

	it("a key that ended counts in no store, also not in one enrolled later", async () => {
		const fresh = makeKey("member");
		await pair.hq.sendMemberKey(fresh);
		await pair.hq.endMemberKey(key.kid);
		await pair.hq.endMemberKey(key.kid);
		await expect(pair.hq.endMemberKey("nokey")).rejects.toMatchObject({ code: "member-key-unknown" });
		await eventually(() => {
			for (const box of boxes) expect(box.writer.book.members.keys()).toMatchObject([{ kid: fresh.kid }]);
		});
		expect(present(boxes[0], await codeFor("ana"))).toBe("member-code-forged");
		await pair.hq.enroll("s9");
		const told = (await pair.hq.link.downAfter("s9", "stock", 0, 100)).map(
			({ record }) => record as { type: string; key?: { kid: string } },
		);
		expect(told.filter(({ type }) => type === "member-key").map((record) => record.key?.kid)).toEqual([fresh.kid]);
	}, 120_000);
});
