import type { Weakness } from "./weaknesses.ts";

/** The same for what is said on the line between head office and stores, and for who may say it. */
export const lineWeaknesses: Weakness[] = [
	{
		name: "the store does not ask whether what a welcome names arrives",
		file: "src/link/store/freshness.ts",
		find: "if (!head) continue;",
		replace: "if (!head || true) continue;",
		test: "test/link/both-ends/withheld.test.ts",
		attack: "holds the newest prices back",
	},
	{
		name: "the store does not miss a welcome",
		file: "src/link/store/freshness.ts",
		find: "withoutWelcomeMs >= welcomeOwedMs",
		replace: "withoutWelcomeMs >= Infinity",
		test: "test/link/both-ends/withheld.test.ts",
		attack: "keeps the welcomes away",
	},
	{
		name: "a forgery under a key that begins later passes for a wrong clock",
		file: "src/trust/key-list.ts",
		find: 'return key.refused === "key-not-yet" && !isSigned(key.public) ? forged : key.refused;',
		replace: "return isSigned.length < 0 ? forged : key.refused;",
		test: "test/link/both-ends/key-not-yet.test.ts",
		attack: "clock was ahead",
	},
	{
		name: "what is refused is not counted",
		file: "src/link/store/signature-check.ts",
		find: "			count(refusal);",
		replace: "",
		test: "test/link/both-ends/key-not-yet.test.ts",
		attack: "clock was ahead",
	},
	{
		name: "an account that is revoked between its admission and its CONNACK stays",
		file: "src/broker/engine.ts",
		find: "if (admission.isStillWelcome(visitor)) return false;",
		replace: "if (admission.isStillWelcome(visitor) || true) return false;",
		test: "test/broker/access/accounts.test.ts",
		attack: "between its admission and its CONNACK",
	},
	{
		name: "a key list of a stolen root goes on to count after the paper root spoke",
		file: "src/hq/enrolment/replace-root.ts",
		find: "const liftedBy = 500;",
		replace: "const liftedBy = 1;",
		test: "test/hq/people/root-lost.test.ts",
		attack: "signs nothing any more",
	},
	{
		name: "any key names a successor of head office's root",
		file: "src/trust/roots.ts",
		find: 'if (!by) return refused("successor-forged");',
		replace: 'if (!by) return { kind: "taken", roots: { ...roots, [said.replaces]: said.successor } };',
		test: "test/hq/people/root-lost.test.ts",
		attack: "signs nothing any more",
	},
];
