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
];
