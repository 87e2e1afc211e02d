import { useEffect, useState } from "preact/hooks";
import type { SettingsDraft, SettingVersion } from "../../../../words/settings/setting.ts";
import { useSpeech } from "../../language/language.ts";
import { useSettingsWords } from "../../language/settings-words.ts";
import { Refused } from "../../shared/ask.ts";
import { RefusalText } from "../../shared/refusal-text.tsx";
import { goBackTo, useEditing } from "../../state/settings.ts";
import { api } from "../../state/state.ts";
import { Diff } from "./changes.tsx";

/** The last versions of the file, what going back to each would change, and the button that does. */
export function Versions({ readOnly }: { readOnly: boolean }) {
	const words = useSettingsWords();
	const revision = useEditing((all) => all.read?.revision);
	const [versions, setVersions] = useState<SettingVersion[] | null>(null);
	useEffect(() => {
		api.settingsVersions().then(setVersions, () => setVersions([]));
	}, [revision]);
	if (versions === null) return <p class="empty loading">{words("loading")}</p>;
	if (versions.length === 0) return <p class="empty">{words("noVersions")}</p>;
	return (
		<ol class="versions">
			{versions.map((version) => (
				<Version key={version.n} version={version} readOnly={readOnly} />
			))}
		</ol>
	);
}

function Version({ version: { n, at, by, what, isCurrent }, readOnly }: { version: SettingVersion; readOnly: boolean }) {
	const { say, f } = useSpeech();
	const words = useSettingsWords();
	const [draft, setDraft] = useState<SettingsDraft | null>(null);
	const [said, setSaid] = useState("");
	const showRefusal = (error: Refused): void => setSaid(error.status === 0 ? say("unreachable") : error.message);
	const look = (isOpen: boolean): void => {
		if (isOpen && !isCurrent) api.settingsGoingBack(n).then(setDraft, showRefusal);
	};
	return (
		<li>
			<details onToggle={(event) => look(event.currentTarget.open)}>
				<summary>
					<b>{n}</b> {what}
					<small>
						{by} · {f.day(at)}
						{isCurrent && <strong> · {words("current")}</strong>}
					</small>
				</summary>
				{draft && <Diff draft={draft} />}
				{draft && draft.faults.length > 0 && <p class="refused">{draft.faults.map(({ message }) => message).join(" ")}</p>}
				{draft && !readOnly && (
					<button type="button" disabled={draft.faults.length > 0} onClick={() => goBackTo(n).catch(showRefusal)}>
						{words("goBack")}
					</button>
				)}
				<RefusalText said={said} />
			</details>
		</li>
	);
}
