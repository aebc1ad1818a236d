using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>Reads the parts of an inbox item besides its texts.</summary>
internal static class InboxContentReader
{
    public static InboxContent Read(JsonField inbox)
    {
        var read = new InboxContent();
        foreach (var field in inbox.Members())
        {
            switch (field.Name)
            {
                case "url":
                    read = read with { Url = field.Text() };
                    break;
                case "imageUrl":
                    read = read with { ImageUrl = field.Text() };
                    break;
                case "actions":
                    read = read with { Actions = [.. field.Items().Select(ReadAction)] };
                    break;
                default:
                    field.Unknown("url", "imageUrl", "actions");
                    break;
            }
        }

        return read;
    }

    // Validation reports a member that is missing.
    private static InboxAction ReadAction(JsonField action)
    {
        var read = new InboxAction { Label = "", Url = "" };
        foreach (var field in action.Members())
        {
            switch (field.Name)
            {
                case "label":
                    read = read with { Label = field.Text() ?? "" };
                    break;
                case "url":
                    read = read with { Url = field.Text() ?? "" };
                    break;
                default:
                    field.Unknown("label", "url");
                    break;
            }
        }

        return read;
    }
}
