namespace Notify.Providers.Apns;

/// <summary>The kinds of push that Apple tells apart. Source: Apple, 'Sending notification requests to APNs'.</summary>
internal static class PushType
{
    public const string Alert = "alert";
    public const string Background = "background";
    public const string Voip = "voip";
    public const string PushToTalk = "pushtotalk";

    /// <summary>What the topic ends with after the app's bundle id; empty for types that have the bundle id itself.</summary>
    public static string TopicSuffix(string type) =>
        type switch
        {
            Voip => ".voip",
            PushToTalk => ".voip-ptt",
            "complication" => ".complication",
            "fileprovider" => ".pushkit.fileprovider",
            "liveactivity" => ".push-type.liveactivity",
            "location" => ".location-query",
            "widgets" => ".push-type.widgets",
            "controls" => ".push-type.controls",
            _ => "",
        };

    /// <summary>Source: Apple, 'Generating a remote notification'.</summary>
    public static int MaxPayloadBytes(string type) => type == Voip ? 5120 : 4096;

    /// <summary>Whether it is worth nothing once the moment has passed: a call that rings late is worse than none.</summary>
    public static bool IsMomentary(string type) => type is Voip or PushToTalk;
}
