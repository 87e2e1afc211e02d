import { useEffect, useState } from "preact/hooks";
import type { SettingsView as SettingsRead } from "../../../../words/settings/setting.ts";
import { useSpeech } from "../../language/language.ts";
import { sectionTitle, useSettingsWords } from "../../language/settings-words.ts";
import { RefusalText } from "../../shared/refusal-text.tsx";
import { editText, readSettings, useEditing } from "../../state/settings.ts";
import { useMay } from "../alarms/acts.tsx";
import { Changes } from "./changes.tsx";
import { Form } from "./form.tsx";
import { Versions } from "./versions.tsx";

const tabs = ["form", "asText", "versions"] as const;

/** gondola.yaml on the page: by setting, as text, and its versions. */
export function Settings() {
	const words = useSettingsWords();
	const read = useEditing((all) => all.read);
	const refused = useEditing((all) => all.refused);
	const mayWrite = useMay("settings.write");
	const [tab, setTab] = useState<(typeof tabs)[number]>("form");
	useEffect(() => void readSettings(), []);
	if (refused && (refused.status === 403 || read === null))
		return (
			<main class="settings">
				<section class="panel">
					<p class="empty">{refused.status === 403 ? words("notYours") : refused.message || words("tryAgain")}</p>
					{refused.status !== 403 && (
						<button type="button" onClick={() => void readSettings()}>
							{words("tryAgain")}
						</button>
					)}
				</section>
			</main>
		);
	if (read === null)
		return (
			<main class="settings">
				<section class="panel">
					<p class="empty loading">{words("loading")}</p>
				</section>
			</main>
		);
	const readOnly = read.whyNot !== null || !mayWrite;
	return (
		<main class="settings">
			<section class="panel">
				<Top read={read} mayWrite={mayWrite} />
				<div class="chips" role="group" aria-label={words("title")}>
					{tabs.map((each) => (
						<button key={each} type="button" aria-pressed={tab === each} onClick={() => setTab(each)}>
							{words(each)}
						</button>
					))}
				</div>
				{tab === "form" && <Form sections={read.sections} readOnly={readOnly} />}
				{tab === "asText" && <AsText read={read} readOnly={readOnly} />}
				{tab === "versions" && <Versions readOnly={readOnly} />}
			</section>
			{mayWrite && <Changes />}
		</main>
	);
}

/** Which file this is, whose version, and what stands between it and the gateway that runs. */
function Top({ read, mayWrite }: { read: SettingsRead; mayWrite: boolean }) {
	const { f } = useSpeech();
	const words = useSettingsWords();
	const said = useEditing((all) => all.said);
	const { version, file, whyNot, restart, faults } = read;
	return (
		<>
			<header>
				<h2>{words("title")}</h2>
				<span class="quiet">
					{version && words("version", f.number(version.n), version.by, f.day(version.at))} {file !== null && words("inFile", file)}
				</span>
			</header>
			{said && (
				<p class="notice well" role="status">
					{words("saved", said.version)}
				</p>
			)}
			{!mayWrite && <p class="notice">{words("readOnlyRole")}</p>}
			{mayWrite && whyNot !== null && (
				<p class="notice">
					{words("readOnly")} {whyNot}.
				</p>
			)}
			{restart.length > 0 && (
				<p class="notice" role="status">
					{words("restart", restart.map((name) => sectionTitle(words, name)).join(", "))}{" "}
					<span class="quiet">
						{words("restartHow", "")}
						<code>sudo systemctl restart gondola</code>
					</span>
				</p>
			)}
			{faults.length > 0 && (
				<div class="notice refused">
					{words("wrongNow")}
					<ul>
						{faults.map(({ message }) => (
							<li key={message}>{message}</li>
						))}
					</ul>
				</div>
			)}
		</>
	);
}

/** A request to the gateway is as long as this at most. */
const longestText = 240_000;

function AsText({ read, readOnly }: { read: SettingsRead; readOnly: boolean }) {
	const words = useSettingsWords();
	const text = useEditing((all) => all.text);
	const faults = useEditing((all) => all.faults);
	if (read.text.length > longestText) return <p class="empty">{words("textTooLong")}</p>;
	const type = (typed: string): void => editText(typed === read.text ? null : typed);
	return (
		<>
			<textarea
				class="code whole"
				spellcheck={false}
				readOnly={readOnly}
				aria-label={words("asText")}
				value={text ?? read.text}
				onInput={(event) => type(event.currentTarget.value)}
			/>
			{text !== null && faults.map(({ message }) => <RefusalText key={message} said={message} />)}
		</>
	);
}
