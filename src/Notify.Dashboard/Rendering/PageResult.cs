using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Notify.Dashboard.Rendering;

/// <summary>
/// A page: a Razor component that is rendered once on the server. Its model and the context of the request are injected.
/// </summary>
/// <remarks>
/// <c>RazorComponentResult</c> would do the same, but only in an application that calls <c>AddRazorComponents()</c>.
/// </remarks>
internal sealed class PageResult<TComponent>(PageContext page, object? model = null, int status = StatusCodes.Status200OK)
    : IResult
    where TComponent : IComponent
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = new PageServices(httpContext.RequestServices, page, model);
        var renderer = new HtmlRenderer(services, httpContext.RequestServices.GetRequiredService<ILoggerFactory>());
        await using (renderer.ConfigureAwait(false))
        {
            var html = await renderer
                .Dispatcher.InvokeAsync(async () =>
                    (await renderer.RenderComponentAsync<TComponent>().ConfigureAwait(true)).ToHtmlString()
                )
                .ConfigureAwait(false);
            var isRefused = page.Errors.Count > 0 && status == StatusCodes.Status200OK;
            httpContext.Response.StatusCode = isRefused ? StatusCodes.Status400BadRequest : status;
            httpContext.Response.ContentType = "text/html; charset=utf-8";
            await httpContext.Response.WriteAsync(html, httpContext.RequestAborted).ConfigureAwait(false);
        }
    }
}

/// <summary>The services that the components of a page inject: its context, its model, and those of the application.</summary>
internal sealed class PageServices(IServiceProvider services, PageContext page, object? model) : IServiceProvider
{
    public object? GetService(Type serviceType) =>
        serviceType == typeof(PageContext) ? page
        : serviceType == model?.GetType() ? model
        : services.GetService(serviceType);
}
