import type { Mutant } from "../mutants/mutant-planting.ts";

const word = "src/link/store/signature-check.ts";

/** Mistakes that only a liar profits from: who may say what is not asked, or the store's own rails are not. */
export const liarMutants: Mutant[] = [
	{
		name: "takes records that nobody sealed",
		patches: [
			{ file: word, in: "sealRefusalOf", find: 'return next === texts.length ? undefined : "unsealed";', put: "return undefined;" },
		],
		breaks: ["forged"],
	},
	{
		name: "does not check a seal's signature",
		patches: [
			{
				file: "src/trust/seal.ts",
				in: "sealRefusal",
				find: 'if (!isSignedBy("gondola/seal/1", {}, received as object, key.public)) return "seal-forged";',
				put: "",
			},
		],
		breaks: ["forged", "held"],
	},
	{
		name: "does not ask for whom a seal is",
		patches: [
			{
				file: "src/trust/seal.ts",
				in: "audienceRefusal",
				find: 'return audience.stores.includes(store) ? undefined : "seal-audience";',
				put: "return audience.stores.includes(store) ? undefined : undefined;",
			},
		],
		breaks: ["forged", "price"],
	},
	{
		name: "does not prove that records are in their seal",
		patches: [
			{
				file: "src/trust/store-trust.ts",
				in: "openStoreTrust",
				find: 'return isSealedRun(seal, leaf, texts, proof) ? undefined : "seal-proof";',
				put: "void isSealedRun(seal, leaf, texts, proof); return undefined;",
			},
		],
		breaks: ["forged", "held"],
	},
	{
		name: "takes the mark of a release from beside the seal",
		patches: [
			{
				file: "src/trust/store-trust.ts",
				in: "openStoreTrust",
				find: 'return isSealedRun(seal, leaf, texts, proof) ? undefined : "seal-proof";',
				put: `const bare = texts.map((text) => text.replace(',"released":true', ""));
				return isSealedRun(seal, leaf, texts, proof) || isSealedRun(seal, leaf, bare, proof) ? undefined : "seal-proof";`,
			},
		],
		breaks: ["held"],
	},
	{
		name: "does not ask the store's own rails",
		patches: [
			{
				file: "src/flows/prices/price-hold.ts",
				in: "takePrice",
				find: "isReleased ? undefined : railsOf(book)",
				put: "isReleased ? undefined : (undefined as Rails | undefined)",
			},
		],
		breaks: ["held"],
	},
	{
		name: "does not ask the store's own rails of a snapshot",
		patches: [
			{ file: "src/flows/head-office/catalog-snapshot.ts", in: "judgeSnapshot", find: "if (!rails) return held;", put: "return held;" },
		],
		breaks: ["held"],
		emphasis: "cut-at-chunk",
	},
	{
		name: "leaves out of a snapshot what counts instead of a held price",
		patches: [
			{
				file: "src/hq/catalog/catalog-state.ts",
				in: "free",
				find: "rails ? known.filter((record) => !mayBeHeld(record, rails, named)) : []",
				put: "rails ? known.filter((record) => !mayBeHeld(record, rails, named) && false) : []",
			},
		],
		breaks: ["price"],
		emphasis: "cut-at-chunk",
	},
	{
		name: "lets a held price win at the till",
		patches: [{ file: "test/link/simulation/store/book-state.ts", in: "winningIn", find: "row.state !== 3 && sideOf", put: "sideOf" }],
		breaks: ["held"],
	},
	{
		name: "follows a welcome that nobody signed",
		patches: [
			{
				file: word,
				in: "refusalOf",
				find: "return trust.welcomeRefusal(raw, session, trustedNowMs(ledger));",
				put: "void trust.welcomeRefusal(raw, session, trustedNowMs(ledger)); return undefined;",
			},
		],
		breaks: ["acknowledged", "stuck", "forged", "converge", "price"],
	},
	{
		name: "believes whoever acknowledges",
		patches: [
			{
				file: word,
				in: "refusalOf",
				find: 'return trust.statementRefusal("gondola/ack/1", raw, nowMs);',
				put: 'void trust.statementRefusal("gondola/ack/1", raw, nowMs); return undefined;',
			},
		],
		breaks: ["acknowledged", "stuck"],
	},
	{
		name: "takes numbers for lost because somebody says so",
		patches: [{ file: word, in: "leapRefusal", find: "return refusal && `leap-${refusal}`;", put: "void refusal; return undefined;" }],
		breaks: ["acknowledged", "stuck", "price", "converge"],
	},
	{
		name: "takes another store's facts for this one's",
		patches: [
			{
				file: "src/link/hq/identity.ts",
				in: "judge",
				find: 'if (signers.some(({ key, inc }) => isSignedWith(state, key, inc, message))) return "own";',
				put: 'if (signers.some(({ key, inc }) => isSignedWith(state, key, inc, message) || true)) return "own";',
			},
		],
		breaks: ["forged"],
	},
	{
		name: "takes a box for what it calls itself",
		patches: [
			{
				file: "src/link/hq/welcome.ts",
				in: "isGranted",
				find: "hello.inc >= known.inc && hello.inc <= most",
				put: "hello.inc >= known.inc && (hello.inc <= most || true)",
			},
		],
		breaks: ["forged"],
	},
	{
		name: "takes back from a store what it never sealed",
		patches: [
			{
				file: "src/hq/restore/sealed-only.ts",
				in: "received",
				find: "[seq, proven.has(seq) ? record : null] as const",
				put: "[seq, proven.has(seq) || true ? record : null] as const",
			},
		],
		breaks: ["forged"],
	},
	{
		name: "does not ask whether what a welcome names arrives",
		patches: [
			{ file: "src/link/store/freshness.ts", in: "watchStreams", find: "if (!head) continue;", put: "if (!head || true) continue;" },
		],
		breaks: ["withheld"],
	},
	{
		name: "calls records withheld that have arrived since",
		patches: [
			{
				file: "src/link/machine/withholding.ts",
				in: "transitions",
				find: "if (!isReached(state.end, have)) return state;",
				put: "void have; return state;",
			},
		],
		breaks: ["withheld"],
	},
];
