using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Notify.ReferencePages;

/// <summary>Reads the OpenAPI document from an application with every endpoint and default options.</summary>
internal static class OpenApiPage
{
    public static async Task<string> ReadAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddNotifications().UseInMemory().AddSandbox();
        await using var app = builder.Build();
        app.Urls.Add("http://127.0.0.1:0");
        app.MapNotifications();
        await app.StartAsync();

        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var document = await client.GetStringAsync(new Uri("openapi/v1.json", UriKind.Relative));
        await app.StopAsync();
        return document;
    }
}
