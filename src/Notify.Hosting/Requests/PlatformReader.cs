namespace Notify.Hosting.Requests;

/// <summary>Reads the platform of a push token. Whether the application knows it is checked with the other fields.</summary>
internal static class PlatformReader
{
    public static Platform? Read(JsonField field)
    {
        if (field.Text() is not { } name)
            return null;
        if (Platform.TryParse(name, out var platform))
            return platform;

        field.Wrong($"Use one of {string.Join(", ", Platform.WellKnown)}.");
        return null;
    }
}
