using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Notify.Core.Recipients;

/// <summary>
/// Computes versions from the content of an item. Two writes of the same content give the same version, so that a profile sync
/// does not invalidate the version that another caller has read. Versions of an item that was deleted and created again match
/// only if its content does.
/// </summary>
internal static class ContentVersion
{
    private const int Size = 15;

    public static string Compute(User user) => Compute(JsonSerializer.SerializeToUtf8Bytes(user, VersionJson.Default.User));

    public static string Compute(IReadOnlyList<Preference> preferences) =>
        Compute(JsonSerializer.SerializeToUtf8Bytes(preferences, VersionJson.Default.IReadOnlyListPreference));

    private static string Compute(ReadOnlySpan<byte> json) => Base64Url.EncodeToString(SHA256.HashData(json).AsSpan(0, Size));
}

[JsonSerializable(typeof(User))]
[JsonSerializable(typeof(IReadOnlyList<Preference>))]
internal sealed partial class VersionJson : JsonSerializerContext;
