import type { SentenceTable } from "../../words/sentences/sentence.ts";

/** Why a price list, or a row of it, is not taken. */
export const chinesePriceLists: SentenceTable = [
	// The file.
	[
		"Line {line} holds the character U+FFFD: letters were lost when the file was written. Export it anew, as UTF-8.",
		"第 {line} 行含有字符 U+FFFD：写文件时丢失了字母。请重新导出为 UTF-8。",
	],
	[
		"Line {line} is no JSON object of plain values with each name once. A file of JSON has one change a line, " +
			"or is sent as application/json.",
		"第 {line} 行不是由简单值组成、名称不重复的 JSON 对象。JSON 文件每行一条变更，或以 application/json 发送。",
	],
	["Line {line} opens a quote that is not closed. Nothing of the file was taken.", "第 {line} 行的引号没有结束。文件未被采用。"],
	[
		'No built-in mapping fits the header "{header}": a column for the article number and one for the price ' +
			"are needed. Give a mapping of your own with ?mapping=, such as {example}",
		"没有内置的列映射适合表头“{header}”：需要商品编号列和价格列。请用 ?mapping= 提供自己的映射，例如 {example}",
	],
	["The XML cannot be read: line {line} {~why}.", "XML 无法读取：第 {line} 行{~why}。"],
	["has a document type, which is not taken", "含有不接受的文档类型（DOCTYPE）"],
	["holds something that is no XML", "含有非 XML 内容"],
	["closes {name}, which is not open", "结束了未打开的 {name}"],
	["is nested too deeply", "嵌套过深"],
	["does not close {name}", "没有结束 {name}"],
	["The XML has no element with prices in it. Say row: PATH in the mapping.", "XML 中没有含价格的元素。请在映射中写 row: PATH。"],
	["The XML has no element {name}. Say row: PATH in the mapping.", "XML 中没有元素 {name}。请在映射中写 row: PATH。"],
	[
		'The column "{name}" is not known; the nearest is "{nearest}". Known are {known}.',
		"未知的列“{name}”；最接近的是“{nearest}”。可用的有 {known}。",
	],
	[
		"The encoding of the file cannot be told: it is not UTF-8, and its letters fit several others. Save it as " +
			"UTF-8, or say encoding in the mapping ({names}).",
		"无法判断文件编码：不是 UTF-8，且适合多种编码。请另存为 UTF-8，或在映射中写明 encoding（{names}）。",
	],
	["The file has more than {most} rows. Push it in parts.", "文件超过 {most} 行。请分几次下发。"],
	[
		'The file has no column "{name}", which the mapping {mapping} needs for {field}; the nearest is "{nearest}".',
		"文件没有映射 {mapping} 为 {field} 所需的列“{name}”；最接近的是“{nearest}”。",
	],
	[
		"The file is a workbook (xlsx) that cannot be read: {why}. Save it anew, or as CSV.",
		"文件是无法读取的工作簿（xlsx）：{why}。请重新保存，或另存为 CSV。",
	],
	["The file is empty: a header row is needed.", "文件为空：需要表头行。"],
	["The file is not in {encoding}, as its mapping says.", "文件编码不是映射所写的 {encoding}。"],
	["The file is packed by gzip and cannot be unpacked: {why}.", "gzip 压缩的文件无法解压：{why}。"],
	['The header names the column "{name}" twice; nobody can tell which one counts.', "表头中列“{name}”出现两次，无法确定以哪个为准。"],
	["The mapping is neither {names} nor YAML or JSON: {why}", "映射既不是 {names}，也不是 YAML 或 JSON：{why}"],
	["The mapping is not right{~where}; the fields are {fields}.", "映射不正确{where}；可用字段有 {fields}。"],
	["A file may have {most} MiB. Push it in parts.", "文件最大 {most} MiB。请分几次下发。"],
	["Push the file in parts.", "请将文件分几次下发。"],
	[
		"{count} rows cannot be taken, so none was. The first is in line {line}: {~reason}",
		"有 {count} 行无法采用，因此全部未采用。第一处在第 {line} 行：{~reason}",
	],
	// A row.
	[
		"The row has {cells} cells, the header {header}: is a delimiter in an unquoted text?",
		"该行有 {cells} 格，表头有 {header} 格：是否有未加引号的分隔符？",
	],
	["The row has neither a price nor a special price.", "该行没有价格，也没有特价。"],
	["The row has no price.", "该行没有价格。"],
	["The row has no article number.", "该行没有商品编号。"],
	["The row has no currency, and the mapping names none.", "该行没有货币，映射中也没有写明。"],
	["The article number is longer than 64 characters.", "商品编号超过 64 个字符。"],
	["The price would end before it begins.", "价格的结束时间早于开始时间。"],
	["The price of several together says not of how many.", "多件价没有写明件数。"],
	["{count} together have no price.", "{count} 件一起没有价格。"],
	[
		"The spreadsheet has turned this barcode into {text}. Format the column as text.",
		"电子表格已把该条码变成 {text}。请将该列设为文本格式。",
	],
	['"{text}" is not {~what}.', "“{text}”不是{~what}。"],
	["the whole grams of one piece", "单件的整克数"],
	["the whole grams by which a piece may differ", "单件允许误差的整克数"],
	["a whole number of pieces", "整数件数"],
	["an age in whole years such as 18; 0 is for anybody", "整岁年龄（例如 18；0 表示不限）"],
	["a currency of ISO 4217 such as EUR", "ISO 4217 货币代码（例如 EUR）"],
	[
		'"{text}" is no unit that is known: write kg for goods sold by weight, else piece.',
		"未知的单位“{text}”：称重商品请写 kg，否则写 piece。",
	],
	['The {~what} "{text}" has more decimals than {currency} has.', "{~what}“{text}”的小数位多于 {currency} 的小数位。"],
	['The {~what} "{text}" is out of range.', "{~what}“{text}”超出范围。"],
	['The {~what} "{text}" is in another currency than the row\'s, {currency}.', "{~what}“{text}”的货币与该行的 {currency} 不同。"],
	['The {~what} "{text}" is below zero.', "{~what}“{text}”小于零。"],
	['The {~what} "{text}" is a formula of a spreadsheet.', "{~what}“{text}”是电子表格公式。"],
	['The {~what} "{text}" is an error of a spreadsheet.', "{~what}“{text}”是电子表格错误值。"],
	['The {~what} "{text}" was turned into a power of ten by the spreadsheet.', "{~what}“{text}”被电子表格变成了科学计数法。"],
	['The {~what} "{text}" could be {one} or {other}; write it with its decimals.', "{~what}“{text}”可能是 {one} 或 {other}；请写出小数位。"],
	['The {~what} "{text}" is not a number with "{decimal}" before its decimals.', "{~what}“{text}”不是以“{decimal}”为小数点的数字。"],
	["price", "价格"],
	["special price", "特价"],
	["deposit", "押金"],
	["lowest price of 30 days", "30 天最低价"],
	["price of several together", "多件价"],
	["online price", "网上价"],
	["price per unit", "单位价格"],
	['"{text}" is not in the calendar.', "“{text}”在日历上不存在。"],
	[
		'"{text}" could be day {a} of month {b} or day {c} of month {d}; say dates: dmy or mdy in the mapping.',
		"“{text}”可能是 {b} 月 {a} 日或 {d} 月 {c} 日；请在映射中写明 dates: dmy 或 mdy。",
	],
	['"{text}" is not a date ({dates}) or a time ({times}).', "“{text}”不是日期（{dates}）或时间（{times}）。"],
	[
		"The price was taken; the lowest price of 30 days was not: it is below the reduced price, so this is no reduction.",
		"价格已采用；30 天最低价未采用：它低于折后价，因此不算降价。",
	],
	["Article {sku} stands at another price in line {lines}; none of them was taken.", "商品 {sku} 在第 {lines} 行有不同的价格；均未采用。"],
	// What contradicts itself in a change.
	["A tier goes with the kind member, not with {kind}.", "等级只用于会员价（member），不用于 {kind}。"],
	["A quantity of {quantity} is no offer: it is 2 to {most} pieces.", "数量 {quantity} 不能作为优惠：应为 2 到 {most} 件。"],
	["The online price stands with everybody's price of one piece.", "网上价应与普通单价写在一起。"],
	[
		"{quantity} together for {amount} minor units save nothing: one by one they cost {single}.",
		"{quantity} 件一起 {amount}（最小货币单位）并不便宜：单买为 {single}。",
	],
	[
		"The price was taken; the prior price was not: it is below the reduced price, so this is no reduction.",
		"价格已采用；原价未采用：它低于折后价，因此不算降价。",
	],
	[
		"The price was taken; the unit price {amount} was not: price and content make {own} minor units per {per}.",
		"价格已采用；单位价格 {amount} 未采用：按价格和含量应为每 {per} {own}（最小货币单位）。",
	],
	["A member price needs the tier it is for.", "会员价须写明等级。"],
	["A tier is 1 to 32 letters, digits, spaces, dots, hyphens and underscores.", "等级为 1 到 32 个字母、数字、空格、点、连字符和下划线。"],
	["Goods sold by weight have no pieces to count.", "称重商品没有件数。"],
	[
		"A multi-buy stands with everybody's price of one piece, not with one for members or from a quantity on.",
		"多件优惠应与普通单价写在一起，不能与会员价或满件价写在一起。",
	],
	['The {~what} "{text}" {~why}.', "该{~what}“{text}”{~why}。"],
	[
		"The price is per {unit}; weighed goods are priced per kg. Convert it, so that nobody is charged a rounded price.",
		"价格按 {unit} 计；称重商品按 kg 定价。请换算，以免按取整的价格收费。",
	],
	["Send the file itself, as text/csv or application/octet-stream.", "请以 text/csv 或 application/octet-stream 发送文件本身。"],
	["The mapping is not right: {path}: {~message}.", "映射不正确：{path}：{~message}。"],
	["No mapping is saved under the name {name}.", "没有以 {name} 保存的映射。"],
	["Save it under another name than {name}.", "请使用 {name} 以外的名称保存。"],
];
