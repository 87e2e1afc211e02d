/** Subjects of commits: `area: what changes for whom`, 72 characters at most. Read from git's history, so that no hook is needed. */
import { execFileSync } from "node:child_process";

/** The commit after which every subject keeps to the rule. */
const ruledAfter = "2c00d63a6959abb55496df452995bc40e86bdfad";
const longestSubject = 72;

const git = (root: string, ...args: string[]): string =>
	execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });

/** Undefined where there is no history that reaches back to the first ruled commit: an unpacked archive, a shallow clone. */
export function subjectsSinceRule(root: string): string[] | undefined {
	try {
		git(root, "merge-base", "--is-ancestor", ruledAfter, "HEAD");
		const said = git(root, "log", "--no-merges", "--format=%s", `${ruledAfter}..HEAD`);
		return said.split("\n").filter((subject) => subject !== "");
	} catch {
		return undefined;
	}
}

export function wrongSubjects(subjects: readonly string[]): string[] {
	return subjects.flatMap((subject) => {
		const length = [...subject].length;
		if (length > longestSubject) return [`"${subject}" has ${length} characters; the reason belongs in the body.`];
		return /^[^\s:][^:]*: \S/.test(subject) ? [] : [`"${subject}" does not say \`area: what changes for whom\`.`];
	});
}
