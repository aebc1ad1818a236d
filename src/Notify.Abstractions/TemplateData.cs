using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Notify;

/// <summary>Converts the variables of a template to the JSON in which they are stored.</summary>
internal static class TemplateData
{
    /// <summary>Serializes any object. A JSON element is copied, because its document may be disposed.</summary>
    [RequiresUnreferencedCode("Serializes an arbitrary object as JSON.")]
    [RequiresDynamicCode("Serializes an arbitrary object as JSON.")]
    public static JsonElement? Serialize(object? value) =>
        value switch
        {
            null => null,
            JsonElement element => element.Clone(),
            _ => JsonSerializer.SerializeToElement(value, JsonSerializerOptions.Web),
        };
}
