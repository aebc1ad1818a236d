using System.Text.Json;

namespace Notify.Load.Backlog;

/// <summary>
/// Creates users with one device each, all subscribed to one topic. The ids of the devices have no order, like those that phones
/// send.
/// </summary>
internal static class Audience
{
    public const string Topic = "everybody";

    public static async Task MakeAsync(string path, int count, bool hasNames = false)
    {
        await using (var application = await LocalApplication.StartAsync(path, new StampingVendor(Channel.Push), Workers.None))
        {
            var directory = application.Get<IRecipients>();
            var properties = hasNames ? JsonSerializer.SerializeToElement(new { name = "Ada u-model" }) : (JsonElement?)null;
            await directory.SaveUserAsync(new User { Id = "u-model", Properties = properties });
            await directory.RegisterDeviceAsync(
                new Device
                {
                    Id = "d-model",
                    UserId = "u-model",
                    Platform = Platform.Android,
                    Token = "token",
                    App = "shop",
                }
            );
            await directory.SubscribeAsync(Trigger.DefaultTenant, Topic, ["u-model"]);
        }

        const string User = "printf('u-%08d', n)";
        using var rows = new CopiedRows(path);
        rows.Multiply(
            "notify_user",
            count,
            new Dictionary<string, string>
            {
                ["id"] = User,
                ["body"] = $"CAST(replace(CAST(body AS TEXT), 'u-model', {User}) AS BLOB)",
            }
        );
        rows.Multiply(
            "notify_device",
            count,
            new Dictionary<string, string>
            {
                ["id"] = "lower(hex(randomblob(16)))",
                ["user_id"] = User,
                ["token"] = "lower(hex(randomblob(76)))",
            }
        );
        rows.Multiply("notify_subscription", count, new Dictionary<string, string> { ["user_id"] = User });
    }
}
