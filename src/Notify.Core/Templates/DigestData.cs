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
        Serialize([.. events.Select(collected => collected.Trigger.DataElement)]);

    /// <summary>Creates the data of a digest with one event, to validate a trigger before it is collected.</summary>
    public static JsonElement FromEvent(JsonElement data) => Serialize([data]);

    private static JsonElement Serialize(IReadOnlyList<JsonElement?> events) =>
        JsonSerializer.SerializeToElement(new DigestData(events, events.Count), DigestJson.Default.DigestData);

    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
    [JsonSerializable(typeof(DigestData))]
    private sealed partial class DigestJson : JsonSerializerContext;
}
