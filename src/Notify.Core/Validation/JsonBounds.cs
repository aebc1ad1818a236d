using System.Runtime.InteropServices;
using System.Text.Json;

namespace Notify.Core.Validation;

/// <summary>Limits the size and the depth of JSON objects that are kept for recipients.</summary>
internal static class JsonBounds
{
    /// <summary>
    /// The maximum number of levels. With those around it, stored JSON stays below the 64 levels that can be read.
    /// </summary>
    private const int MaxDepth = 32;

    /// <summary>Finds the error of an object; null if it is valid.</summary>
    public static string? FindError(JsonElement element, int maxKibibytes)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return "Use a JSON object.";
        if (JsonMarshal.GetRawUtf8Value(element).Length > maxKibibytes * 1024)
            return $"Use at most {maxKibibytes} KiB of JSON.";
        return IsDeeper(element, MaxDepth) ? $"Nest at most {MaxDepth} levels." : null;
    }

    private static bool IsDeeper(JsonElement element, int levels) =>
        element.ValueKind switch
        {
            JsonValueKind.Object => levels == 0 || element.EnumerateObject().Any(member => IsDeeper(member.Value, levels - 1)),
            JsonValueKind.Array => levels == 0 || element.EnumerateArray().Any(item => IsDeeper(item, levels - 1)),
            _ => false,
        };
}
