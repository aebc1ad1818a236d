using System.Text.Json;
using System.Text.Json.Serialization;
using Notify.Storage;

namespace Notify.Core.Templates;

/// <summary>The data that a digest's template is rendered with.</summary>
/// <param name="Events">The data of the collected triggers, oldest first.</param>
/// <param name="Count">The number of collected triggers.</param>
internal sealed partial record DigestData(IReadOnlyList<JsonElement?> Events, int Count)
{
    /// <summary>Creates the data of a digest from its collected events.</summary>
    public static JsonElement FromEvents(IReadOnlyList<DigestEvent> events) =>
        Serialize([.. events.Select(collected => Merge(collected.Trigger, collected.Recipient))]);

    /// <summary>Creates the data of a digest with one event, to validate a trigger before it is collected.</summary>
    public static JsonElement FromEvent(JsonElement data) => Serialize([data]);

    /// <summary>
    /// Merges the data of a trigger with the data that it has for one recipient, whose members replace those with the same name.
    /// </summary>
    public static JsonElement? Merge(Trigger trigger, Recipient recipient)
    {
        if (recipient.DataElement is not { } own)
            return trigger.DataElement;
        if (trigger.DataElement is not { ValueKind: JsonValueKind.Object } shared)
            return own;

        var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in shared.EnumerateObject().Concat(own.EnumerateObject()))
            members[member.Name] = member.Value;
        return JsonSerializer.SerializeToElement(members, DigestJson.Default.DictionaryStringJsonElement);
    }

    private static JsonElement Serialize(IReadOnlyList<JsonElement?> events) =>
        JsonSerializer.SerializeToElement(new DigestData(events, events.Count), DigestJson.Default.DigestData);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(DigestData))]
    [JsonSerializable(typeof(Dictionary<string, JsonElement>))]
    private sealed partial class DigestJson : JsonSerializerContext;
}
