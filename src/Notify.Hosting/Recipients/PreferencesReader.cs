using Notify.Hosting.Requests;

namespace Notify.Hosting.Recipients;

/// <summary>Reads changes of preferences.</summary>
internal static class PreferencesReader
{
    public static readonly IReadOnlyDictionary<string, PreferenceStatus> Statuses = new Dictionary<string, PreferenceStatus>(
        StringComparer.Ordinal
    )
    {
        ["optedIn"] = PreferenceStatus.OptedIn,
        ["optedOut"] = PreferenceStatus.OptedOut,
    };

    public static (IReadOnlyList<PreferenceChange> Changes, PreferenceSource Source) Read(JsonField body)
    {
        List<PreferenceChange> changes = [];
        var source = PreferenceSource.Api;
        var hasItems = false;
        foreach (var field in body.Members())
        {
            switch (field.Name)
            {
                case "items":
                    (changes, hasItems) = ([.. field.Items().Select(ReadChange)], true);
                    break;
                case "source":
                    source = ReadSource(field);
                    break;
                default:
                    field.Unknown("items", "source");
                    break;
            }
        }

        if (body.IsObject && !hasItems)
            body.Missing("items", "Required: the preferences to change.");
        return (changes, source);
    }

    private static PreferenceChange ReadChange(JsonField item)
    {
        var read = new PreferenceChange { Status = null };
        var hasStatus = false;
        foreach (var field in item.AllMembers())
        {
            switch (field.Name)
            {
                case "category":
                    read = read with { Category = field.IsNull ? null : field.Text() };
                    break;
                case "channel":
                    read = read with { Channel = field.IsNull ? null : ChannelReader.Read(field) };
                    break;
                case "status":
                    (read, hasStatus) = (read with { Status = field.IsNull ? null : field.GetOne(Statuses) }, true);
                    break;
                // GET shows these, so they may be sent back. They are set by the change.
                case "source" or "changedAt":
                    break;
                default:
                    field.Unknown("category", "channel", "status");
                    break;
            }
        }

        if (item.IsObject && !hasStatus)
            item.Missing("status", "Required: optedIn, optedOut, or null to remove the preference.");
        return read;
    }

    private static PreferenceSource ReadSource(JsonField field)
    {
        if (field.Text() is not { } name)
            return default;
        if (!PreferenceSource.TryParse(name, out var source))
            field.Wrong("Use the name of a source, such as api, preferencePage or import: letters and digits.");
        return source;
    }
}
