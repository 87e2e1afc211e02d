import type { GuessedColumn, GuessedFile, GuessedRow, ReadRow } from "../../../../../words/answers/head-office/price-lists.ts";
import { useSpeech } from "../../language/language.ts";
import { type Meaning, meaningOf, meanings } from "../../state/price-list.ts";

interface ColumnsGiven {
	guess: GuessedFile;
	choose(header: string, meaning: Meaning | ""): void;
}

/** Each column of the file: its first cells, and what it means. */
export function Columns({ guess, choose }: ColumnsGiven) {
	const { say } = useSpeech();
	const hasNames = guess.headerLine > 0 || guess.delimiter === "";
	return (
		<ul class="lines file-columns">
			{guess.columns
				.filter(({ header }) => header !== "")
				.map((column) => (
					<li key={column.header} class={column.fields.length === 0 ? "unread" : ""}>
						<b class="code">{hasNames ? column.header : say("columnNumber", column.header)}</b>
						<span class="quiet samples">{column.samples.join(" · ")}</span>
						<span class="meaning">
							<select
								aria-label={say("meaningOf", column.header)}
								value={meaningOf(column)}
								onChange={(e) => choose(column.header, e.currentTarget.value as Meaning | "")}
							>
								<option value="">{say("notRead")}</option>
								{meanings.map((meaning) => (
									<option key={meaning} value={meaning}>
										{say(`field_${meaning}`)}
									</option>
								))}
							</select>
							<By column={column} />
						</span>
					</li>
				))}
		</ul>
	);
}

function By({ column: { by, maybe } }: { column: GuessedColumn }) {
	const { say } = useSpeech();
	if (by !== null) return <small class={by === "header" || by === "person" ? "quiet" : "waits"}>{say(`by_${by}`)}</small>;
	const meaning = meanings.find((each) => each === maybe);
	return meaning === undefined ? null : <small class="waits">{say("perhaps", say(`field_${meaning}`))}</small>;
}

/** The first rows: as they stand in the file, and beside it what head office reads. */
export function Rows({ guess }: { guess: GuessedFile }) {
	const { say } = useSpeech();
	return (
		<ol class="lines raw-and-read" aria-label={say("firstRows")}>
			{guess.rows.map((row) => (
				<li key={row.line}>
					<span class="quiet line">{row.line}</span>
					<span class="code raw">{row.cells.join(" ¦ ")}</span>
					<Read row={row} isOpen={guess.mapping === null && row.faults.length === 0} />
				</li>
			))}
		</ol>
	);
}

function Read({ row: { read, faults }, isOpen }: { row: GuessedRow; isOpen: boolean }) {
	const { say } = useSpeech();
	return (
		<span class="as-read">
			{read ? <Article read={read} /> : isOpen && <span class="quiet">{say("readAfterAnswers")}</span>}
			{faults.map(({ column, reason }) => (
				<small key={column + reason} class="bad">
					{column === "" ? reason : `${column}: ${reason}`}
				</small>
			))}
		</span>
	);
}

function Article({ read }: { read: ReadRow }) {
	const { say, f } = useSpeech();
	const { article } = read;
	const per = read.unitPrice && `${f.money(read.unitPrice.amountMinor, read.currency)} / ${read.unitPrice.per}`;
	const times = [read.from, read.until].some((time) => time !== undefined) ? `${read.from ?? "…"} – ${read.until ?? "…"}` : "";
	const more = [article.brand, article.netContent, per, times, read.gtin].filter(Boolean).join(" · ");
	return (
		<>
			<span>
				<span class="code">{read.sku}</span> {article.name ?? ""} <b>{f.money(read.amountMinor, read.currency)}</b>
				{article.weighed === true && ` / kg`}
				{read.kind !== "regular" && <span class="badge blue">{say(`kind_${read.kind}`)}</span>}
				{read.priorAmountMinor !== undefined && <s class="quiet"> {f.money(read.priorAmountMinor, read.currency)}</s>}
			</span>
			{more !== "" && <small class="quiet">{more}</small>}
		</>
	);
}
