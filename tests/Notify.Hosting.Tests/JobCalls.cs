using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Notify.Storage;
using Notify.TestSupport;

namespace Notify.Hosting.Tests;

/// <summary>Calls of the API of jobs.</summary>
internal static class JobCalls
{
    public static Task<HttpResponseMessage> PostAsync(
        ApiApplication app,
        string path,
        string lines,
        string type,
        string? tenant = null
    )
    {
        var content = new StringContent(lines, Encoding.UTF8, MediaTypeHeaderValue.Parse(type));
        if (tenant is not null)
            content.Headers.Add("X-Notify-Tenant", tenant);
        return app.Client.PostAsync(new Uri(path, UriKind.Relative), content);
    }

    public static async Task<string> StartAsync(
        ApiApplication app,
        string path,
        string lines,
        string type = "application/x-ndjson",
        string? tenant = null
    )
    {
        using var response = await PostAsync(app, path, lines, type, tenant);
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, await response.Content.ReadAsStringAsync());
        return response.Headers.Location!.ToString();
    }

    public static async Task<JsonElement> EndedAsync(ApiApplication app, string job, string? tenant = null)
    {
        await Eventually.TrueAsync(
            async () => (await app.CallAsync("GET", job, tenant: tenant)).TryGetProperty("endedAt", out _),
            "the job to end"
        );
        return await app.CallAsync("GET", job, tenant: tenant);
    }

    public static async Task<string[]> ErrorsAsync(ApiApplication app, JsonElement job)
    {
        var (_, report) = await app.AskAsync("GET", $"/v1/jobs/{job.Text("id")}/errors");
        return
        [
            .. report
                .Split('\n', StringSplitOptions.RemoveEmptyEntries)
                .Select(line => JsonElement.Parse(line))
                .SelectMany(error => error.Fields().Select(field => $"{error.GetProperty("line")} {field}")),
        ];
    }

    public static async Task<IReadOnlyList<Device>> ListDevicesAsync(ApiApplication app, string user) =>
        await app
            .Services.GetRequiredService<IDeviceStore>()
            .ListAsync(Trigger.DefaultTenant, user, TestContext.Current.CancellationToken);

    public static int Count(JsonElement job, string property) => job.GetProperty(property).GetInt32();
}
