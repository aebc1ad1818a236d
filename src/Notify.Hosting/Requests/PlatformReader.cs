namespace Notify.Hosting.Requests;

/// <summary>Reads the platform of a push token.</summary>
internal static class PlatformReader
{
    private static readonly Dictionary<string, Platform> Platforms = new(StringComparer.Ordinal)
    {
        ["ios"] = Platform.Ios,
        ["android"] = Platform.Android,
        ["web"] = Platform.Web,
    };

    public static Platform? Read(JsonField field) => field.GetOne(Platforms);
}
