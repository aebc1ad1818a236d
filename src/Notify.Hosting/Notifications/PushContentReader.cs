using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>Reads the options that control how a push notification appears on the device.</summary>
internal static class PushContentReader
{
    public static PushContent Read(JsonField push)
    {
        var read = new PushContent();
        foreach (var field in push.Members())
        {
            switch (field.Name)
            {
                case "imageUrl":
                    read = read with { ImageUrl = field.Text() };
                    break;
                case "link":
                    read = read with { Link = field.Text() };
                    break;
                case "sound":
                    read = read with { Sound = field.Text() };
                    break;
                case "badge":
                    read = read with { Badge = field.Number() };
                    break;
                case "action":
                    read = read with { Action = field.Text() };
                    break;
                case "thread":
                    read = read with { Thread = field.Text() };
                    break;
                case "silent":
                    read = read with { IsSilent = field.Flag() ?? false };
                    break;
                default:
                    field.Unknown("imageUrl", "link", "sound", "badge", "action", "thread", "silent");
                    break;
            }
        }

        return read;
    }
}
