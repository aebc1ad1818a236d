using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>Reads the throttle and the digest, which limit how often a recipient is notified.</summary>
internal static class FrequencyReader
{
    public static Throttle? ReadThrottle(JsonField throttle)
    {
        var read = new Throttle(default, default);
        foreach (var field in throttle.Members())
        {
            switch (field.Name)
            {
                case "max":
                    read = read with { Max = field.Number() ?? default };
                    break;
                case "per":
                    read = read with { Per = field.Duration() ?? default };
                    break;
                default:
                    field.Unknown("max", "per");
                    break;
            }
        }

        return throttle.IsObject ? read : null;
    }

    public static Digest? ReadDigest(JsonField digest)
    {
        var read = new Digest();
        foreach (var field in digest.Members())
        {
            switch (field.Name)
            {
                case "window":
                    read = read with { Window = field.Duration() };
                    break;
                case "cron":
                    read = read with { Cron = field.Text() };
                    break;
                case "key":
                    read = read with { Key = field.Text() };
                    break;
                default:
                    field.Unknown("window", "cron", "key");
                    break;
            }
        }

        return digest.IsObject ? read : null;
    }
}
