// What the page says of its own, in its languages.
#ifndef GUANXI_HTTP_TEXTS_H
#define GUANXI_HTTP_TEXTS_H

#include "http/page.h"

// X(NAME, "English", "Chinese")
#define PAGE_TEXTS(X) \
    X(LANGUAGE_CODE, "en", "zh") \
    X(OTHER_LANGUAGE, "中文", "English") \
    X(OVERVIEW, "Overview", "总览") \
    X(CUSTOMERS, "Customers", "客户") \
    X(QUARANTINE, "Quarantine", "隔离区") \
    X(LOGIN, "Log in", "登录") \
    X(READY, "ready", "就绪") \
    X(NOT_READY, "not ready", "未就绪") \
    X(SINCE, "since", "自") \
    X(RUNNING_SINCE, "running since", "启动于") \
    X(READ_UP_TO, "events read up to", "事件已读至") \
    X(AS_OF, "read at", "数据读取于") \
    X(STATE, "State", "状态") \
    X(LANES, "Lanes", "通道") \
    X(NO_LANES, "No lane yet: nothing has been read from Kafka.", "尚无通道：还没有从 Kafka 读取任何数据。") \
    X(TOPIC, "topic", "主题") \
    X(LAG, "lag", "积压") \
    X(MESSAGES, "messages", "条") \
    X(SECONDS, "seconds", "秒") \
    X(RATE, "per second", "每秒") \
    X(LAST_COMMIT, "last commit", "最近提交") \
    X(OWNER_OF_LANE, "instance", "实例") \
    X(LANE_STATE, "state", "状态") \
    X(RUNNING, "running", "运行") \
    X(HALTED, "halted", "已停") \
    X(MORE_LANES, "More lanes are not shown.", "还有更多通道未显示。") \
    X(BY_LEVEL, "Customers by level", "各层次客户数") \
    X(UNCOUNTED, "not counted yet", "尚未统计") \
    X(MOVES, "Moves of the last days", "近几日层次变动") \
    X(DAY, "day", "日期") \
    X(UP, "up", "上升") \
    X(DOWN, "down", "下降") \
    X(REMINDERS, "Reminders", "提醒") \
    X(OWNER, "owner", "负责人") \
    X(NOBODY, "nobody", "无人") \
    X(EVERYBODY, "all owners", "全部负责人") \
    X(OPEN, "due", "到期") \
    X(OVERDUE, "overdue", "逾期") \
    X(AT_RISK, "at risk", "有风险") \
    X(SOON, "within 7 days", "7 天内") \
    X(MORE_OWNERS, "Owners with less to do are not shown.", "其余负责人未显示。") \
    X(OWNERS_HIDDEN, "Log in to see them by owner.", "登录后可按负责人查看。") \
    X(NO_REMINDERS, "Nothing is due.", "没有到期事项。") \
    X(HELD, "Held in quarantine", "隔离中的记录") \
    X(NOTHING_HELD, "Nothing is held in quarantine.", "隔离区没有待处理的记录。") \
    X(REASON, "reason", "原因") \
    X(DETAIL, "detail", "说明") \
    X(RECORDS, "records", "记录数") \
    X(RECORD, "Record", "记录") \
    X(PLACE, "place", "位置") \
    X(WHEN, "when", "时间") \
    X(SOURCE, "source", "来源") \
    X(EVENT_ID, "event id", "事件编号") \
    X(TYPE, "type", "类型") \
    X(SUBJECT, "customer", "客户") \
    X(KEY, "key", "键") \
    X(HEADERS, "headers", "消息头") \
    X(PAYLOAD, "payload", "内容") \
    X(BYTES, "bytes", "字节") \
    X(CUT, "Only the beginning is shown: guanxid quarantine show has all of it.", \
      "仅显示开头部分：完整内容请用 guanxid quarantine show 查看。") \
    X(FIRST_RECORDS, "from the oldest", "从最早的开始") \
    X(MORE_RECORDS, "later ones", "更晚的记录") \
    X(TOO_LONG, "This took too long to read; the daemon works on. Try again later.", \
      "读取时间过长，未能显示；守护进程照常工作。请稍后再试。") \
    X(SEARCH_LABEL, "Name or id of a customer", "客户名称或编号") \
    X(SEARCH, "Search", "查找") \
    X(NAME, "name", "名称") \
    X(CUSTOMER, "customer", "客户") \
    X(LEVEL, "level", "层次") \
    X(WARMTH, "warmth", "热度") \
    X(NEXT, "next reminder", "下一提醒") \
    X(DUE, "due on", "到期日") \
    X(KIND, "kind", "类别") \
    X(WHY, "why", "缘由") \
    X(NO_CUSTOMERS, "Nobody is called like this.", "没有符合的客户。") \
    X(MORE_CUSTOMERS, "There are more: say more of the name.", "还有更多：请输入更完整的名称。") \
    X(MORE_REMINDERS, "There are more: guanxid due shows all of them.", "还有更多：全部提醒请用 guanxid due 查看。") \
    X(MERGED, "was merged into", "已合并到") \
    X(WARMTH_OVER_TIME, "Warmth over time", "热度变化") \
    X(PAST, "so far", "至今") \
    X(PROJECTED, "if nothing happens", "若无往来") \
    X(ENTER, "enter", "进入") \
    X(LEAVE, "leave", "退出") \
    X(NOW, "now", "现在") \
    X(TOKEN, "Token", "令牌") \
    X(TOKEN_HELP, "The first line of the file that http.token_file names.", \
      "即配置项 http.token_file 所指文件的第一行。") \
    X(WRONG_TOKEN, "This is not the token.", "令牌不正确。") \
    X(NEED_TOKEN, "This page is about people: it needs the token.", "此页含个人信息，需要令牌。") \
    X(LOGGED_IN, "You are logged in.", "已登录。") \
    X(NOT_ENABLED, "Pages about people are switched off. To have them, set http.page = \"full\" and http.token_file in " \
      "the configuration and restart.", \
      "涉及个人信息的页面未启用。如需启用，请在配置中设置 http.page = \"full\" 和 http.token_file，然后重启。") \
    X(NOT_FOUND, "There is no such page.", "没有此页面。") \
    X(NO_CUSTOMER, "There is no such customer: no event of it has been counted.", "没有此客户：尚未计入其任何事件。") \
    X(ERASED, "This customer was erased: nothing of it is kept.", "此客户已被删除：不再保留任何资料。") \
    X(NO_RECORD, "The quarantine has no such record.", "隔离区没有此记录。") \
    X(BAD_REQUEST, "This address cannot be understood.", "无法理解此地址。") \
    X(BUSY, "Too many ask at once. Try again in a few seconds.", "同时访问过多，请几秒后再试。") \
    X(DATABASE, "The database does not answer as it should. Try again; if it stays so, see /readyz?verbose, the log, and " \
      "guanxid check. What the daemon does goes on by itself.", \
      "数据库没有正常应答。请重试；若仍如此，请查看 /readyz?verbose、日志，并运行 guanxid check。守护进程会自行恢复工作。") \
    X(PROBLEM, "This did not work", "未能完成") \
    X(FOOTER, "Read-only. The same for programs:", "只读页面。供程序读取：")

enum page_text {
#define X(NAME, en, zh) PAGE_TEXT_##NAME,
    PAGE_TEXTS(X)
#undef X
    PAGE_TEXT_COUNT
};

const char *page_text(enum page_language language, enum page_text text);

#endif
