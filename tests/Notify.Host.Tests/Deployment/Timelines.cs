using System.Net.Http.Json;
using System.Text.Json;
using Notify.TestSupport;

namespace Notify.Host.Tests.Deployment;

internal static class Timelines
{
    /// <summary>Waits until the only delivery of a notification has been accepted.</summary>
    public static Task WaitUntilSentAsync(this HttpClient client, Uri timeline) =>
        Eventually.TrueAsync(
            async () => (await client.GetFromJsonAsync<JsonElement>(timeline)).At("counts", "sent").GetInt32() == 1,
            "the delivery"
        );

    private static JsonElement At(this JsonElement json, params string[] path) =>
        path.Aggregate(json, (at, member) => at.GetProperty(member));
}
