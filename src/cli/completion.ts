import { bashCompletion, fishCompletion, manualPage, verbsInWords, zshCompletion } from "./build/help-files.ts";
import { fail, read, say, type Verb } from "./verb/verb.ts";

const usage = `gondola completion bash|zsh|fish    what the shell needs to complete gondola's verbs and options; the package installs it
gondola completion man              the manual page

  such as:  source <(gondola completion bash)     gondola completion fish > ~/.config/fish/completions/gondola.fish`;

export const completion: Verb = {
	summary: "completion for bash, zsh and fish; the manual page",
	usage,
	async run(args) {
		const given = read(args, usage, {}, 1);
		if (typeof given === "number") return given;
		const [shell, ...more] = given.words;
		const { verbs } = await import("./verbs.ts");
		const { version } = await import("../daemon/version.ts");
		const makers: Readonly<Record<string, typeof bashCompletion>> = {
			bash: bashCompletion,
			zsh: zshCompletion,
			fish: fishCompletion,
			man: (all) => manualPage(all, version),
		};
		const make = shell === undefined || more.length > 0 ? undefined : makers[shell];
		if (make === undefined) return fail(2, usage);
		say(make(await verbsInWords(verbs)).trimEnd());
		return 0;
	},
};
