using System.Text.Json;
using Notify.Hosting.Requests;

namespace Notify.Hosting.Inboxes;

/// <summary>Reads what to mark: <c>{"mark": "read", "ids": ["..."]}</c> or <c>{"mark": "read", "all": true}</c>.</summary>
internal static class InboxMarkReader
{
    public static readonly Dictionary<string, InboxMark> Marks = new(StringComparer.Ordinal)
    {
        ["read"] = InboxMark.Read,
        ["unread"] = InboxMark.Unread,
        ["archived"] = InboxMark.Archived,
        ["unarchived"] = InboxMark.Unarchived,
    };

    public static (InboxMark Mark, IReadOnlyList<Guid>? Ids) Read(JsonField body)
    {
        InboxMark? mark = null;
        Guid[]? ids = null;
        JsonField? all = null;
        var given = new HashSet<string>(StringComparer.Ordinal);
        foreach (var field in body.Members())
        {
            given.Add(field.Name);
            switch (field.Name)
            {
                case "mark":
                    mark = field.GetOne(Marks);
                    break;
                case "ids":
                    ids = ReadIds(field);
                    break;
                case "all":
                    all = field;
                    break;
                default:
                    field.Unknown("mark", "ids", "all");
                    break;
            }
        }

        if (body.IsObject)
            CheckPresence(body, given);
        CheckAll(all, hasIds: given.Contains("ids"));
        return (mark ?? default, all is null ? ids : null);
    }

    private static void CheckPresence(JsonField body, HashSet<string> given)
    {
        if (!given.Contains("mark"))
            body.Missing("mark", "Required: read, unread, archived or unarchived.");
        if (given.Contains("ids") || given.Contains("all"))
            return;

        body.Missing("ids", "Required, unless all is true.");
        body.Missing("all", "Required, unless there are ids.");
    }

    // False would mean that nothing is marked, which is a mistake.
    private static void CheckAll(JsonField? all, bool hasIds)
    {
        if (all is null)
            return;
        if (hasIds)
            all.Wrong(FieldErrorCodes.Conflict, "Use either ids or all, not both.");
        else if (all.Flag() == false)
            all.Wrong("Use true, or name the items in ids.");
    }

    private static Guid[] ReadIds(JsonField field)
    {
        Guid?[] ids = [.. field.Items().Select(item => item.Id())];
        if (ids.Length is 0 or > InboxOperations.MaxIds && field.Value.ValueKind == JsonValueKind.Array)
            field.Wrong(
                ids.Length == 0 ? FieldErrorCodes.Required : FieldErrorCodes.TooMany,
                $"Use 1 to {InboxOperations.MaxIds} IDs."
            );
        return [.. ids.OfType<Guid>()];
    }
}
