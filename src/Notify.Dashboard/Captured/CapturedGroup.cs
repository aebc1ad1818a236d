using System.Globalization;
using System.Text.Json;
using Notify.Dashboard.Layout;

namespace Notify.Dashboard.Captured;

/// <summary>
/// A part of the content of a captured message that its preview does not show, such as the headers of an email.
/// </summary>
internal sealed record CapturedGroup(string Id, string Title, IReadOnlyList<CapturedRow> Rows)
{
    /// <summary>Reads the parts that the content has.</summary>
    public static IReadOnlyList<CapturedGroup> ReadAll(JsonElement content) =>
        [
            .. new CapturedGroup[]
            {
                new("headers", "Headers", ReadHeaders(content)),
                new("sms", "SMS", ReadMembers(content, "sms")),
                new("push", "Push", ReadMembers(content, "push")),
                new("data", "Data", ReadMembers(content, "data")),
                new("files", "Files", ReadFiles(content)),
                new("overrides", "Overrides", ReadMembers(content, "overrides")),
            }.Where(group => group.Rows.Count > 0),
        ];

    private static CapturedRow[] ReadMembers(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var members) && members.ValueKind == JsonValueKind.Object
            ? [.. members.EnumerateObject().Select(member => new CapturedRow(member.Name, member.Value.ToString()))]
            : [];

    private static CapturedRow[] ReadHeaders(JsonElement content)
    {
        if (!content.TryGetProperty("email", out var email))
            return [];

        (string Name, string Label)[] mailboxes = [("from", "From"), ("replyTo", "Reply-To"), ("cc", "Cc"), ("bcc", "Bcc")];
        return
        [
            .. mailboxes
                .Select(header => new CapturedRow(header.Label, ReadMailboxes(email, header.Name)))
                .Where(row => row.Value.Length > 0),
            .. ReadMembers(email, "headers"),
        ];
    }

    private static string ReadMailboxes(JsonElement email, string name)
    {
        if (!email.TryGetProperty(name, out var value))
            return "";

        var mailboxes = value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : new[] { value };
        return string.Join(
            ", ",
            mailboxes.Select(mailbox =>
                mailbox.TryGetProperty("name", out var known)
                    ? $"{known} <{mailbox.GetProperty("address")}>"
                    : $"{mailbox.GetProperty("address")}"
            )
        );
    }

    private static CapturedRow[] ReadFiles(JsonElement content) =>
        [
            .. ReadItems(content, "attachments")
                .Select(file =>
                    file.TryGetProperty("url", out var url)
                        ? new CapturedRow(GetName(file, "fileName", "Attachment"), $"{url}")
                        : new CapturedRow(GetName(file, "fileName", "Attachment"), DescribeSize(file))
                ),
            .. content.TryGetProperty("email", out var email)
                ? ReadItems(email, "inlineImages")
                    .Select(image => new CapturedRow(GetName(image, "contentId", "Image"), DescribeSize(image)))
                : [],
        ];

    private static JsonElement.ArrayEnumerator ReadItems(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var items) && items.ValueKind == JsonValueKind.Array ? items.EnumerateArray() : default;

    private static string GetName(JsonElement file, string property, string other) =>
        file.GetProperty(property).GetString() is { Length: > 0 } name ? name : other;

    private static string DescribeSize(JsonElement file) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{file.GetProperty("mediaType")}, {Texts.Count(file.GetProperty("size").GetInt64(), "byte", "bytes")}"
        );
}

/// <summary>A name and a value of a captured message.</summary>
internal sealed record CapturedRow(string Name, string Value);
