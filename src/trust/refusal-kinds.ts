/**
 * The few kinds of refusal that a store's status, metrics and alarm show. The exact codes are in the log.
 */
const refusalKinds = ["unsealed", "another-key", "not-for-this-store", "rollback", "fork", "ended", "not-yet"] as const;

/**
 * - `unsealed`: no signature or seal, or not over all of it
 * - `another-key`: a key that is not in head office's list, or a signature that is not over these words
 * - `not-for-this-store`: head office said it to others
 * - `rollback`: older than what the store has
 * - `fork`: two different lists under one number
 * - `ended`: the key, list or seal has ended
 * - `not-yet`: signed by head office, with a key that begins only later by head office's own clock
 */
export type RefusalKind = (typeof refusalKinds)[number];

export type RefusalCounts = Partial<Record<RefusalKind, number>>;

const byEnding: readonly [RegExp, RefusalKind][] = [
	[/(^|-)key-not-yet$/, "not-yet"],
	[/-(audience|group-unknown|tenant|session|of-other)$/, "not-for-this-store"],
	[/-(older|jump)$/, "rollback"],
	[/-fork$/, "fork"],
	[/-(ended|expired|over)$/, "ended"],
	[/(^|-)forged$|-unknown$|-proof$/, "another-key"],
];

/** The kind of a code with which trust/ or the signature check refused something; codes not listed mean a missing signature. */
export const kindOfRefusal = (code: string): RefusalKind => byEnding.find(([ending]) => ending.test(code))?.[1] ?? "unsealed";

/** After "3 …" and in the alarm `hq-forged`. */
const refusalWords: Readonly<Record<RefusalKind, { en: string; "zh-CN": string }>> = {
	unsealed: { en: "without head office's seal", "zh-CN": "没有总部签章" },
	"another-key": { en: "under a key or signature that is not head office's", "zh-CN": "密钥或签名不属于总部" },
	"not-for-this-store": { en: "meant for another store", "zh-CN": "发给其他门店" },
	rollback: { en: "older than what this store has", "zh-CN": "比本店已有内容旧" },
	fork: { en: "two versions under one number", "zh-CN": "同一编号有两个版本" },
	ended: { en: "under a key or seal that has ended", "zh-CN": "密钥或签章已失效" },
	"not-yet": { en: "under a key that begins only later", "zh-CN": "密钥尚未生效" },
};

/** The kind in the reader's language; a kind of another build is shown as it is. */
export function refusalInWords(kind: string, language: "en" | "zh-CN"): string {
	return refusalKinds.find((each) => each === kind) ? refusalWords[kind as RefusalKind][language] : kind;
}
