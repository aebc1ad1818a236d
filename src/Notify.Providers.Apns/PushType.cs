namespace Notify.Providers.Apns;

/// <summary>The push types of APNs (Apple, "Sending notification requests to APNs").</summary>
internal static class PushType
{
    public const string Alert = "alert";
    public const string Background = "background";
    public const string Voip = "voip";
    public const string PushToTalk = "pushtotalk";

    /// <summary>
    /// Gets the suffix that the topic adds to the app's bundle id. It is empty for types whose topic is the bundle id.
    /// </summary>
    public static string GetTopicSuffix(string type) =>
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

    /// <summary>Gets the size limit of the payload in bytes (Apple, "Generating a remote notification").</summary>
    public static int GetMaxPayloadBytes(string type) => type == Voip ? 5120 : 4096;

    /// <summary>Returns whether a late push of this type is useless, such as a call that rings too late.</summary>
    public static bool IsMomentary(string type) => type is Voip or PushToTalk;
}
