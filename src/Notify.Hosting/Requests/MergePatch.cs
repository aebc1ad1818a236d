using System.Text.Json;
using System.Text.Json.Nodes;

namespace Notify.Hosting.Requests;

/// <summary>Applies JSON merge patches (RFC 7396).</summary>
internal static class MergePatch
{
    /// <summary>
    /// Applies a patch to the target: null removes a member, an object is merged recursively, and any other value replaces the
    /// member.
    /// </summary>
    public static JsonObject Apply(JsonObject target, JsonElement patch)
    {
        foreach (var member in patch.EnumerateObject())
        {
            if (member.Value.ValueKind == JsonValueKind.Null)
                target.Remove(member.Name);
            else if (member.Value.ValueKind == JsonValueKind.Object)
                target[member.Name] = Apply(target[member.Name]?.DeepClone() as JsonObject ?? [], member.Value);
            else
                target[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        }

        return target;
    }
}
