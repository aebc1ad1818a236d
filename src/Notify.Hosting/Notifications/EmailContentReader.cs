using Notify.Hosting.Requests;

namespace Notify.Hosting.Notifications;

/// <summary>
/// Reads the parts of an email beyond its texts. An item that cannot be read is kept as an empty one, so that the others keep the
/// positions at which the caller wrote them.
/// </summary>
internal static class EmailContentReader
{
    public static EmailContent Read(JsonField email)
    {
        var read = new EmailContent();
        foreach (var field in email.Members())
        {
            switch (field.Name)
            {
                case "from":
                    read = read with { From = ReadMailbox(field) };
                    break;
                case "replyTo":
                    read = read with { ReplyTo = ReadMailboxes(field) };
                    break;
                case "cc":
                    read = read with { Cc = ReadMailboxes(field) };
                    break;
                case "bcc":
                    read = read with { Bcc = ReadMailboxes(field) };
                    break;
                case "headers":
                    read = read with { Headers = field.Texts() };
                    break;
                case "inlineImages":
                    read = read with { InlineImages = [.. field.Items().Select(ReadImage)] };
                    break;
                default:
                    field.Unknown("from", "replyTo", "cc", "bcc", "headers", "inlineImages");
                    break;
            }
        }

        return read;
    }

    // One mailbox needs no array, like one recipient.
    private static Mailbox[] ReadMailboxes(JsonField field) =>
        field.IsArray ? [.. field.Items().Select(ReadMailbox)] : [ReadMailbox(field)];

    private static Mailbox ReadMailbox(JsonField mailbox)
    {
        if (!mailbox.IsObject)
            return new Mailbox(mailbox.Text("Use an address, or an object with address and name.") ?? "");

        string? address = null,
            name = null;
        foreach (var field in mailbox.Members())
        {
            switch (field.Name)
            {
                case "address":
                    address = field.Text();
                    break;
                case "name":
                    name = field.Text();
                    break;
                default:
                    field.Unknown("address", "name");
                    break;
            }
        }

        return new Mailbox(address ?? "", name);
    }

    private static InlineImage ReadImage(JsonField image)
    {
        var read = new InlineImage("", "", default);
        foreach (var field in image.Members())
        {
            switch (field.Name)
            {
                case "contentId":
                    read = read with { ContentId = field.Text() ?? "" };
                    break;
                case "mediaType":
                    read = read with { MediaType = field.Text() ?? "" };
                    break;
                case "base64":
                    read = read with { Bytes = field.Base64() };
                    break;
                default:
                    field.Unknown("contentId", "mediaType", "base64");
                    break;
            }
        }

        return read;
    }
}
