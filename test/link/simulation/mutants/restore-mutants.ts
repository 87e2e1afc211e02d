import type { Mutant } from "./mutant-planting.ts";

/** Mistakes that show where head office or a box comes back from a backup, or another box takes a store's place. */
export const restoreMutants: readonly Mutant[] = [
	{
		name: "forgets which facts it knows",
		patches: [
			{
				file: "test/link/simulation/office/office-model.ts",
				in: "accept",
				find: "poison || parked ? undefined : at.facts.get(event.id)",
				put: "undefined as StoreEvent | undefined",
			},
		],
		breaks: ["twice"],
		disaster: "box-restored",
	},
	{
		name: "calls an acknowledgement beyond what it sent since a late greeting noise",
		patches: [
			{
				file: "src/link/machine/sender.ts",
				in: "begin",
				find: "const highest = epoch === sender.epoch ? Math.max(sender.highest, position) : position;",
				put: "const highest = position;",
			},
			{
				file: "src/link/machine/sender.ts",
				in: "takeAck",
				find: 'effects.push({ effect: "greet", why: `acknowledged ${ack.upTo}, sent ${sender.highest}` });',
				put: "",
			},
			{ file: "src/link/store/push.ts", in: "welcome", find: 'sending[stream].apply({ type: "news" });', put: "" },
		],
		// A disk that was full before the first price was put in force: README, "Not yet", about rises.
		breaks: ["stuck", "converge", "shelf"],
		bulky: true,
		profile: "reorders",
		disaster: "hq-restored",
		emphasis: "disk-full",
	},
	{
		name: "opens no new epoch after a restore",
		patches: [
			{
				file: "test/link/simulation/faults.ts",
				in: "disasters",
				find: "if (opened) box.vault.commit(",
				put: "if (false) box.vault.commit(",
			},
			{
				file: "src/link/store/push.ts",
				in: "runPush",
				find: "if (checkpoints) forks.openEpoch(checkpoints)",
				put: "if (false as boolean) forks.openEpoch(checkpoints!)",
			},
		],
		breaks: ["stuck", "acknowledged"],
		disaster: "box-restored",
	},
	{
		name: "mixes a fenced box's facts into its store's",
		patches: [
			{ file: "src/link/hq/quarantine.ts", in: "openQuarantine", find: "await repository.quarantine!(", put: "await repository.acceptUp(" },
		],
		breaks: ["fenced"],
		disaster: "box-swap",
	},
	{
		name: "keeps a box in quarantine that has its place again",
		patches: [
			{ file: "src/link/hq/welcome.ts", in: "accept", find: "quarantines.close(hello.session);", put: "" },
			// A connection on which nothing is answered is given up, and the next session would heal it.
			{
				file: "src/link/run/keep-connected.ts",
				in: "keepConnected",
				find: "if (!isAnswered) return;",
				put: "return;",
			},
		],
		breaks: ["stuck", "acknowledged"],
		disaster: "box-swap",
	},
	{
		name: "sells on from what a replaced box had lent",
		patches: [
			{
				file: "test/link/simulation/office/office-places.ts",
				in: "take",
				find: "for (const [id, grant] of at.grants) at.grants.set(id, { ...grant, granted: grant.used });",
				put: "",
			},
		],
		breaks: ["grants"],
		disaster: "box-swap",
		emphasis: "both-sell-in-a-partition",
	},
	{
		name: "gives versions again that stores hold, after a restore",
		patches: [
			{
				file: "src/link/hq/reconcile.ts",
				in: "highestVersion",
				find: "if (version > highest && version < mostVersions) highest = version;",
				put: "",
			},
		],
		breaks: ["later", "price", "converge", "forgot"],
		disaster: "hq-restored",
	},
	{
		name: "lets what was forgotten be the later word",
		patches: [
			{
				file: "src/link/hq/reconcile.ts",
				in: "decisionsToResend",
				find: "return [...inOrder(old), ...inOrder(since)];",
				put: "return [...inOrder(since), ...inOrder(old)];",
			},
		],
		breaks: ["later"],
		disaster: "hq-restored",
	},
	{
		name: "learns nothing back",
		patches: [
			{
				file: "src/link/hq/handshake.ts",
				in: "agreeDown",
				find: "if (own && repository.restore && ",
				put: "if (own && repository.restore && !repository.restore && ",
			},
		],
		breaks: ["forgot", "grants", "twice", "converge", "later"],
		disaster: "hq-restored",
	},
	{
		name: "sells before it has heard the store again",
		patches: [
			{
				file: "test/link/simulation/office/office-model.ts",
				in: "office",
				find: "if (at.greetedIn !== generations.length) return false;",
				put: "",
			},
		],
		breaks: ["grants", "twice"],
		disaster: "hq-restored",
		emphasis: "both-sell-in-a-partition",
	},
];
